/** Readers of files that PyTorch wrote, without Python. */
@NullMarked
package io.lplb.trace.torch;

import org.jspecify.annotations.NullMarked;
