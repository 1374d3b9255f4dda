// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.quota;

import io.lplb.placement.ExpertPlacement;
import java.util.Objects;

/**
 * Divides every replica's quota among the ranks that tokens come from, so that as few tokens as possible leave their
 * rank, and of those as few as possible their node.
 *
 * <p>For each expert this is a transportation problem: rank s supplies {@code counts[s]} tokens, replica k takes
 * {@code quota[k]}, and both sum to the same.
 *
 * <pre>
 *                replica 0 (rank 0)   replica 1 (rank 5)    supply
 *   rank 0              4                    0                 4       rank 0 keeps all it can,
 *   rank 1              2                    1                 3       rank 1 sends within its node first
 *   rank 5              0                    6                 6
 *   quota               6                    7                13
 * </pre>
 *
 * <p>Distances nest: same rank, same node, elsewhere. Then no linear program is needed. Matching greedily from the
 * inside out is optimal at every level at once: ranks keep {@code sum of min(supply, demand)} over ranks, which no
 * division can exceed, and since that takes as much from a node's supply as from its demand, nodes keep {@code sum of
 * min(supply, demand)} over nodes in the next step, which no division can exceed either. Within a level, ranks and
 * replicas are matched in their order (the north-west corner rule), so every rank computes the same division and needs
 * to keep its own row only.
 *
 * <p>Not thread-safe: an instance is a workspace. Allocates nothing per call.
 */
public final class SourceQuotas {
    private final ReplicaLayout replicas;
    private final int ranksPerSource;
    private final int experts;
    private final int ranks;
    private final int ranksPerNode;
    private final int[] rankOf;
    private final long[] supply;
    private final long[] demand;
    private long tokens;
    private long onRank;
    private long onNode;
    private double spreadOffNode;

    /**
     * A workspace for one placement whose ranks are the sources.
     *
     * @param replicas where the replicas of each expert are
     * @param placement the one that {@code replicas} was made for, or the home placement of a layout per batch
     * @param ranksPerNode consecutive ranks that share a node, at least 1; the last node may have fewer
     */
    public SourceQuotas(ReplicaLayout replicas, ExpertPlacement placement, int ranksPerNode) {
        this(replicas, placement, ranksPerNode, 1);
    }

    /**
     * A workspace for sources that stand for several ranks of the placement each: what is said of ranks here holds for
     * them.
     *
     * @param replicas where the replicas of each expert are
     * @param placement the one that {@code replicas} was made for, or the home placement of a layout per batch
     * @param sourcesPerNode consecutive sources that share a node, at least 1; the last node may have fewer
     * @param ranksPerSource consecutive ranks that are one source; divides the placement's number of ranks
     * @throws IllegalArgumentException if a number is out of range
     */
    public SourceQuotas(ReplicaLayout replicas, ExpertPlacement placement, int sourcesPerNode, int ranksPerSource) {
        this.replicas = Objects.requireNonNull(replicas, "replicas");
        if (sourcesPerNode < 1) {
            throw new IllegalArgumentException("ranksPerNode: got " + sourcesPerNode + ", expected at least 1");
        }
        if (ranksPerSource < 1 || placement.ranks() % ranksPerSource != 0) {
            throw new IllegalArgumentException("ranksPerSource: got " + ranksPerSource + ", expected a divisor of "
                    + placement.ranks() + " ranks");
        }
        this.experts = placement.experts();
        this.ranks = placement.ranks() / ranksPerSource;
        this.ranksPerNode = Math.min(sourcesPerNode, ranks);
        this.ranksPerSource = ranksPerSource;
        rankOf = new int[replicas.capacity()];
        readRanks();
        supply = new long[ranks];
        demand = new long[replicas.capacity()];
    }

    private void readRanks() {
        int end = replicas.firstReplica(experts);
        for (int k = 0; k < end; k++) {
            rankOf[k] = replicas.rankOf(replicas.slot(k)) / ranksPerSource;
        }
    }

    /**
     * Computes one rank's row of the division, and what the division as a whole achieves.
     *
     * @param counts {@code [ranks * experts]}, tokens of each rank for each expert, rank after rank
     * @param quota {@code [replicas]}, tokens of each replica; an expert's entries sum to its counts, or are all 0 for an
     *     expert whose tokens take no part
     * @param source whose row
     * @param row {@code [replicas]}, overwritten; tokens that the source sends to each replica. An expert's entries sum to
     *     the source's count, if it takes part, and over all sources a replica's entries sum to its quota
     * @throws IllegalArgumentException if a length is wrong; nothing has changed then
     * @throws IndexOutOfBoundsException if {@code source} is no source
     */
    public void share(int[] counts, long[] quota, int source, long[] row) {
        requireLength("counts", counts.length, ranks * experts);
        requireLength("quota", quota.length, demand.length);
        requireLength("row", row.length, demand.length);
        Objects.checkIndex(source, ranks);
        if (!replicas.isFixed()) {
            readRanks();
        }
        tokens = 0;
        onRank = 0;
        onNode = 0;
        spreadOffNode = 0;
        System.arraycopy(quota, 0, demand, 0, demand.length);
        for (int e = 0; e < experts; e++) {
            int first = replicas.firstReplica(e);
            int end = replicas.firstReplica(e + 1);
            for (int k = first; k < end; k++) {
                row[k] = 0;
            }
            long total = takeSupply(counts, e);
            if (total > 0 && hasQuota(first, end)) {
                tokens += total;
                spreadOffNode += offNodeIfSpread(quota, first, end, total);
                long same = settle(first, end, 1, source, row);
                onRank += same;
                onNode += same + settle(first, end, ranksPerNode, source, row);
                settle(first, end, ranks, source, row);
            }
        }
    }

    private static void requireLength(String name, int got, int expected) {
        if (got != expected) {
            throw new IllegalArgumentException(name + ": got length " + got + ", expected " + expected);
        }
    }

    private boolean hasQuota(int first, int end) {
        for (int k = first; k < end; k++) {
            if (demand[k] > 0) {
                return true;
            }
        }
        return false;
    }

    private long takeSupply(int[] counts, int expert) {
        long total = 0;
        for (int s = 0; s < ranks; s++) {
            supply[s] = counts[s * experts + expert];
            total += supply[s];
        }
        return total;
    }

    /** Tokens that would leave their node if every rank sent to the replicas in proportion to their quotas. */
    private double offNodeIfSpread(long[] quota, int first, int end, long total) {
        double leaving = 0;
        for (int k = first; k < end; k++) {
            int from = rankOf[k] / ranksPerNode * ranksPerNode;
            int to = Math.min(from + ranksPerNode, ranks);
            long elsewhere = total;
            for (int s = from; s < to; s++) {
                elsewhere -= supply[s];
            }
            leaving += (double) quota[k] * elsewhere / total;
        }
        return leaving;
    }

    /** Matches what is left of supply and demand inside blocks of so many ranks; returns the tokens matched. */
    private long settle(int first, int end, int block, int source, long[] row) {
        long matched = 0;
        for (int k = first; k < end; k++) {
            int from = rankOf[k] / block * block;
            int to = Math.min(from + block, ranks);
            for (int s = from; s < to && demand[k] > 0; s++) {
                long moved = Math.min(supply[s], demand[k]);
                supply[s] -= moved;
                demand[k] -= moved;
                matched += moved;
                if (s == source) {
                    row[k] += moved;
                }
            }
        }
        return matched;
    }

    /** {@return the tokens of all ranks in the last division, but for those of experts without quotas} */
    public long tokens() {
        return tokens;
    }

    /** {@return the tokens of all ranks that stay on their own rank} */
    public long tokensOnOwnRank() {
        return onRank;
    }

    /** {@return the tokens of all ranks that stay on their own node, those on their own rank included} */
    public long tokensOnOwnNode() {
        return onNode;
    }

    /** {@return the tokens of all ranks that go to another node} */
    public long tokensOffNode() {
        return tokens - onNode;
    }

    /**
     * {@return the tokens that would go to another node if every rank divided its tokens in proportion to the quotas, which
     * is what routing by the position in the batch does on average}
     */
    public double tokensOffNodeIfSpread() {
        return spreadOffNode;
    }
}
