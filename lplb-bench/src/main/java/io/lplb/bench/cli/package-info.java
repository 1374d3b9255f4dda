/** The command {@code lplb bench}. */
@NullMarked
package io.lplb.bench.cli;

import org.jspecify.annotations.NullMarked;
