/** Quota: shares to whole tokens per item, host and replica. */
@NullMarked
package io.lplb.quota;

import org.jspecify.annotations.NullMarked;
