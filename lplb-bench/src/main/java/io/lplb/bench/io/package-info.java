/** Readers of traces and problems, writers of answers. */
@NullMarked
package io.lplb.bench.io;

import org.jspecify.annotations.NullMarked;
