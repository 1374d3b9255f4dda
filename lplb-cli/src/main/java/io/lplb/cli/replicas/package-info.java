/** The command {@code lplb replicas}: replicas chosen per batch, and placements proposed from recorded batches. */
@NullMarked
package io.lplb.cli.replicas;

import org.jspecify.annotations.NullMarked;
