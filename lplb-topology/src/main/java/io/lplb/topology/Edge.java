// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.topology;

/**
 * One edge of a {@link ReplicaTopology}: the experts with number {@code slot} of rank {@code original} have their
 * copies on rank {@code replica}, so that load can move from the first to the second.
 *
 * @param original the rank where the experts live
 * @param replica the rank where their copies live
 * @param slot the number of the set of copies, the column d of r2o
 */
public record Edge(int original, int replica, int slot) {}
