/** The command line: one class per command. */
@NullMarked
package io.lplb.cli;

import org.jspecify.annotations.NullMarked;
