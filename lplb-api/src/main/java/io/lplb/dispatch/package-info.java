/** Dispatch: counts, mask and permutation with which an MoE layer sends routed tokens to ranks and gathers them by expert. */
@NullMarked
package io.lplb.dispatch;

import org.jspecify.annotations.NullMarked;
