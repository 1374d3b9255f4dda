/** State of a balancer that callers change between plans: active ranks, speeds, limits, and the thread that uses it. */
@NullMarked
package io.lplb.balance.state;

import org.jspecify.annotations.NullMarked;
