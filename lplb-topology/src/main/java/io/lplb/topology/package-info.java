/** Replica topologies. */
@NullMarked
package io.lplb.topology;

import org.jspecify.annotations.NullMarked;
