/** Measurements of placements. */
@NullMarked
package io.lplb.bench.placement;

import org.jspecify.annotations.NullMarked;
