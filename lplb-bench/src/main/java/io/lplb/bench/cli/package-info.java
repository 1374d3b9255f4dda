/** The command line: one class per command. */
@NullMarked
package io.lplb.bench.cli;

import org.jspecify.annotations.NullMarked;
