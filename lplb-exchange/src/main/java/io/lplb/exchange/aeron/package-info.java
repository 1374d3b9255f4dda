/** Counts gathered over processes and hosts with Aeron. */
@NullMarked
package io.lplb.exchange.aeron;

import org.jspecify.annotations.NullMarked;
