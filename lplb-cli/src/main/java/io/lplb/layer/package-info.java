/** Layer: predicted and measured time of the slowest rank of an MoE layer under several ways to balance. */
@NullMarked
package io.lplb.layer;

import org.jspecify.annotations.NullMarked;
