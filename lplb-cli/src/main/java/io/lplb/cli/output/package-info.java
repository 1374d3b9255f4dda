/** Streams, files and messages of the commands. */
@NullMarked
package io.lplb.cli.output;

import org.jspecify.annotations.NullMarked;
