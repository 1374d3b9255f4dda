/** The times of plans batch by batch: medians and the worst batch. */
@NullMarked
package io.lplb.bench.tails;

import org.jspecify.annotations.NullMarked;
