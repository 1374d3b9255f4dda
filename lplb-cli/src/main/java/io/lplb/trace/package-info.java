/** Readers of traces and problems, writers of answers. */
@NullMarked
package io.lplb.trace;

import org.jspecify.annotations.NullMarked;
