/** Device code of an MoE layer's experts: gate, grouped GEMM and combine in 32-bit arithmetic. */
@NullMarked
package io.lplb.tornado.kernel.experts;

import org.jspecify.annotations.NullMarked;
