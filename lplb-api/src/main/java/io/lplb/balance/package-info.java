/** The whole pipeline as one object: {@link io.lplb.balance.LoadBalancer}. */
@NullMarked
package io.lplb.balance;

import org.jspecify.annotations.NullMarked;
