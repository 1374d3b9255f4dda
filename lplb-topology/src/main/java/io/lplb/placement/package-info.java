/** Expert placement: which physical slot of which rank holds which expert. */
@NullMarked
package io.lplb.placement;

import org.jspecify.annotations.NullMarked;
