// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.quota;

import io.lplb.placement.ExpertPlacement;
import java.util.Arrays;

/**
 * Fewest tokens between nodes, and of those plans fewest between ranks, by successive shortest paths (Bellman-Ford) on the
 * whole network: source, (rank, expert), host rank, sink. Shares no code and no idea with {@link LocalQuotas}.
 */
final class MinCostFlowOracle {
    private static final long OFF_NODE = 1L << 32;
    private static final long FAR = Long.MAX_VALUE / 4;

    private final int[] from;
    private final int[] to;
    private final long[] room;
    private final long[] cost;
    private final int nodes;
    private int arcs;
    private long supply;
    private long offNode;
    private long offRank;

    private MinCostFlowOracle(int nodes, int mostArcs) {
        this.nodes = nodes;
        from = new int[2 * mostArcs];
        to = new int[2 * mostArcs];
        room = new long[2 * mostArcs];
        cost = new long[2 * mostArcs];
    }

    /** Returns tokens between nodes and tokens between ranks, or an empty array if the capacities cannot be met. */
    static long[] solve(ExpertPlacement placement, int ranksPerNode, int[] counts, long[] capacity) {
        int ranks = placement.ranks();
        int experts = placement.experts();
        int firstRank = 2 + ranks * experts;
        MinCostFlowOracle flow =
                new MinCostFlowOracle(firstRank + ranks, ranks + ranks * (experts + placement.physicalExperts()));
        for (int e = 0; e < experts; e++) {
            int expert = e;
            int[] hosts = Arrays.stream(placement.log2phy()[expert])
                    .map(placement::rankOf)
                    .distinct()
                    .filter(r -> capacity[r] > 0)
                    .toArray();
            for (int s = 0; s < ranks && hosts.length > 0; s++) {
                int count = counts[s * experts + e];
                flow.add(0, 2 + s * experts + e, count, 0);
                flow.supply += count;
                for (int r : hosts) {
                    int other = s / ranksPerNode == r / ranksPerNode ? 0 : 1;
                    flow.add(2 + s * experts + e, firstRank + r, count, (r == s ? 0 : 1) + other * OFF_NODE);
                }
            }
        }
        for (int r = 0; r < ranks; r++) {
            flow.add(firstRank + r, 1, capacity[r], 0);
        }
        return flow.run() ? new long[] {flow.offNode, flow.offRank} : new long[0];
    }

    private void add(int u, int v, long most, long unit) {
        from[arcs] = u;
        to[arcs] = v;
        room[arcs] = most;
        cost[arcs++] = unit;
        from[arcs] = v;
        to[arcs] = u;
        cost[arcs++] = -unit;
    }

    private boolean run() {
        long[] distance = new long[nodes];
        int[] via = new int[nodes];
        while (supply > 0) {
            relax(distance, via);
            if (distance[1] == FAR) {
                return false;
            }
            long amount = supply;
            for (int v = 1; v != 0; v = from[via[v]]) {
                amount = Math.min(amount, room[via[v]]);
            }
            for (int v = 1; v != 0; v = from[via[v]]) {
                room[via[v]] -= amount;
                room[via[v] ^ 1] += amount;
            }
            supply -= amount;
            long nodesLeft = Math.floorDiv(distance[1] + OFF_NODE / 2, OFF_NODE);
            offNode += amount * nodesLeft;
            offRank += amount * (distance[1] - nodesLeft * OFF_NODE);
        }
        return true;
    }

    private void relax(long[] distance, int[] via) {
        Arrays.fill(distance, FAR);
        distance[0] = 0;
        for (boolean changed = true; changed; ) {
            changed = false;
            for (int a = 0; a < arcs; a++) {
                if (room[a] > 0 && distance[from[a]] < FAR && distance[from[a]] + cost[a] < distance[to[a]]) {
                    distance[to[a]] = distance[from[a]] + cost[a];
                    via[to[a]] = a;
                    changed = true;
                }
            }
        }
    }
}
