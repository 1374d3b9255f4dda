/** Cost: the time of a rank's experts, from measured profiles, and plans that minimise it. */
@NullMarked
package io.lplb.cost;

import org.jspecify.annotations.NullMarked;
