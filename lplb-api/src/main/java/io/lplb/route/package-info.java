/** Route: logical experts to physical slots, by exact quotas. */
@NullMarked
package io.lplb.route;

import org.jspecify.annotations.NullMarked;
