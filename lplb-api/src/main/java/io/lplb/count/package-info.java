/** Count: routed token ids to tokens per expert. */
@NullMarked
package io.lplb.count;

import org.jspecify.annotations.NullMarked;
