/** Figures of replicas chosen per batch. */
@NullMarked
package io.lplb.bench.replicas;

import org.jspecify.annotations.NullMarked;
