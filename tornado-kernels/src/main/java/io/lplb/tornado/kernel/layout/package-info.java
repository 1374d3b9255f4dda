/** Device code that lays out a routed batch for dispatch and grouped GEMM. */
@NullMarked
package io.lplb.tornado.kernel.layout;

import org.jspecify.annotations.NullMarked;
