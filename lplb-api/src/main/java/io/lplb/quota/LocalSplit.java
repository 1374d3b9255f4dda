// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.quota;

import io.lplb.array.ArrayLength;
import io.lplb.placement.ExpertPlacement;
import java.util.Arrays;

/**
 * Whole tokens of every expert on every rank that hosts it, with the traffic that they cause for given sources.
 *
 * <p>A source keeps its tokens on its own rank first and on its own node second, as {@link SourceQuotas} does. So an
 * expert's traffic depends on its tokens per rank and per node only, and is convex and piecewise linear in them:
 *
 * <pre>
 *   tokens to another rank = sum over hosts of max(0, tokens[host] - tokens of that rank's own source)
 *   tokens to another node = sum over nodes of max(0, tokens[node] - tokens of that node's sources)
 * </pre>
 *
 * <p>Traffic is counted in one number: a token that leaves its rank costs 1, one that leaves its node {@code 2 ranks + 1}
 * more. A cycle of moves visits each rank at most once and changes the tokens between ranks by at most 2 per visit, so
 * this weight orders plans by tokens between nodes first.
 *
 * <p>Layout: an entry is an (expert, host rank) pair, a cell an (expert, node) pair. Both are numbered expert by expert
 * with rising ranks, so the entries of a cell are consecutive.
 *
 * <p>Not thread-safe. Allocates nothing after construction.
 */
final class LocalSplit {
    final int experts;
    final int ranks;
    final int[] rankOf;
    final int[] expertOf;
    private final int ranksPerNode;
    private final int nodes;
    private final int offNodeCost;
    private final int[] firstEntry;
    private final int[] cellOf;
    private final int[] firstCell;
    private final int[] nodeOf;

    final long[] tokens;
    final long[] load;
    private final long[] own;
    private final long[] cellTokens;
    private final long[] cellOwn;
    private final long[] nodeCounts;
    private final long[] slack;
    private long offNodeAtLeast;

    LocalSplit(ExpertPlacement placement, int ranksPerNode) {
        experts = placement.experts();
        ranks = placement.ranks();
        this.ranksPerNode = Math.min(ranksPerNode, ranks);
        nodes = Math.ceilDiv(ranks, this.ranksPerNode);
        offNodeCost = ArrayLength.of(2, "sides", ranks, "ranks") + 1;
        firstEntry = new int[experts + 1];
        firstCell = new int[experts + 1];
        int slots = placement.physicalExperts();
        int[] rank = new int[slots];
        int[] expert = new int[slots];
        int[] cell = new int[slots];
        int[] node = new int[slots];
        int entries = 0;
        int cells = 0;
        int most = 0;
        for (int e = 0; e < experts; e++) {
            for (int r : hostsOf(placement, e)) {
                int n = r / this.ranksPerNode;
                if (cells == firstCell[e] || node[cells - 1] != n) {
                    node[cells++] = n;
                }
                rank[entries] = r;
                expert[entries] = e;
                cell[entries++] = cells - 1;
            }
            firstEntry[e + 1] = entries;
            firstCell[e + 1] = cells;
            most = Math.max(most, entries - firstEntry[e]);
        }
        rankOf = Arrays.copyOf(rank, entries);
        expertOf = Arrays.copyOf(expert, entries);
        cellOf = Arrays.copyOf(cell, entries);
        nodeOf = Arrays.copyOf(node, cells);
        tokens = new long[entries];
        own = new long[entries];
        load = new long[ranks];
        cellTokens = new long[cells];
        cellOwn = new long[cells];
        nodeCounts = new long[ArrayLength.of(nodes, "nodes", experts, "experts")];
        slack = new long[most];
    }

    private static int[] hostsOf(ExpertPlacement placement, int expert) {
        int[] hosts = new int[placement.replicaCount(expert)];
        for (int k = 0; k < hosts.length; k++) {
            hosts[k] = placement.rankOf(placement.slotOf(expert, k));
        }
        return Arrays.stream(hosts).sorted().distinct().toArray();
    }

    /** Returns the first entry of an expert; of the number of experts, the end. */
    int firstEntry(int expert) {
        return firstEntry[expert];
    }

    /** Returns the entry of an expert on one of its ranks. */
    int entryOf(int expert, int rank) {
        return Arrays.binarySearch(rankOf, firstEntry[expert], firstEntry[expert + 1], rank);
    }

    /**
     * Splits a batch with the least traffic that is possible for each expert alone. Tokens that may go to several hosts at
     * equal cost level the free room of those hosts.
     *
     * @param counts {@code [ranks * experts]}, tokens of each source
     * @param capacity {@code [ranks]}, where 0 excludes a rank; others may be exceeded
     */
    void start(int[] counts, long[] capacity) {
        sumNodes(counts);
        Arrays.fill(load, 0);
        offNodeAtLeast = 0;
        for (int e = 0; e < experts; e++) {
            for (int c = firstCell[e]; c < firstCell[e + 1]; c++) {
                cellTokens[c] = 0;
                cellOwn[c] = nodeCounts[nodeOf[c] * experts + e];
            }
            for (int i = firstEntry[e]; i < firstEntry[e + 1]; i++) {
                int r = rankOf[i];
                own[i] = counts[r * experts + e];
                tokens[i] = 0;
                if (capacity[r] > 0) {
                    add(i, own[i]);
                }
            }
        }
        for (int e = 0; e < experts; e++) {
            startExpert(e, capacity);
        }
    }

    private void sumNodes(int[] counts) {
        Arrays.fill(nodeCounts, 0);
        for (int s = 0; s < ranks; s++) {
            int to = s / ranksPerNode * experts;
            int from = s * experts;
            for (int e = 0; e < experts; e++) {
                nodeCounts[to + e] += counts[from + e];
            }
        }
    }

    private void startExpert(int e, long[] capacity) {
        long left = 0;
        for (int n = 0; n < nodes; n++) {
            left += nodeCounts[n * experts + e];
        }
        int from = firstEntry[e];
        for (int c = firstCell[e]; c < firstCell[e + 1]; c++) {
            int to = from;
            while (to < firstEntry[e + 1] && cellOf[to] == c) {
                to++;
            }
            pour(cellOwn[c] - cellTokens[c], from, to, capacity);
            left -= cellTokens[c];
            from = to;
        }
        if (pour(left, firstEntry[e], firstEntry[e + 1], capacity)) {
            offNodeAtLeast += left;
        }
    }

    /** Adds tokens to entries so that the free room of their ranks gets as level as they allow; false if all are excluded. */
    private boolean pour(long amount, int from, int to, long[] capacity) {
        int open = 0;
        long room = 0;
        for (int i = from; i < to; i++) {
            int r = rankOf[i];
            slack[i - from] = capacity[r] > 0 ? capacity[r] - load[r] : Long.MIN_VALUE;
            if (capacity[r] > 0) {
                open++;
                room += slack[i - from];
            }
        }
        if (open == 0 || amount == 0) {
            return open > 0;
        }
        long level = Math.ceilDiv(room - amount, open);
        for (boolean changed = true; changed; ) {
            changed = false;
            for (int k = 0; k < to - from; k++) {
                if (slack[k] != Long.MIN_VALUE && slack[k] < level) {
                    room -= slack[k];
                    open--;
                    slack[k] = Long.MIN_VALUE;
                    changed = true;
                }
            }
            level = changed ? Math.ceilDiv(room - amount, open) : level;
        }
        long missing = amount - (room - open * level);
        for (int k = 0; k < to - from; k++) {
            if (slack[k] != Long.MIN_VALUE) {
                long more = Math.min(missing, 1);
                missing -= more;
                add(from + k, slack[k] - level + more);
            }
        }
        return true;
    }

    private void add(int entry, long amount) {
        tokens[entry] += amount;
        cellTokens[cellOf[entry]] += amount;
        load[rankOf[entry]] += amount;
    }

    /** Returns what the next token costs that moves from an entry with tokens to another one of the same expert. */
    int moveCost(int from, int to) {
        int cost = (tokens[to] < own[to] ? 0 : 1) - (tokens[from] > own[from] ? 1 : 0);
        int a = cellOf[from];
        int b = cellOf[to];
        if (a != b) {
            cost += (cellTokens[b] < cellOwn[b] ? 0 : offNodeCost) - (cellTokens[a] > cellOwn[a] ? offNodeCost : 0);
        }
        return cost;
    }

    /** Returns how many tokens can move at {@link #moveCost}. */
    long moveLimit(int from, int to) {
        long limit = tokens[from] > own[from] ? tokens[from] - own[from] : tokens[from];
        if (tokens[to] < own[to]) {
            limit = Math.min(limit, own[to] - tokens[to]);
        }
        int a = cellOf[from];
        int b = cellOf[to];
        if (a != b) {
            if (cellTokens[a] > cellOwn[a]) {
                limit = Math.min(limit, cellTokens[a] - cellOwn[a]);
            }
            if (cellTokens[b] < cellOwn[b]) {
                limit = Math.min(limit, cellOwn[b] - cellTokens[b]);
            }
        }
        return limit;
    }

    void move(int from, int to, long amount) {
        add(from, -amount);
        add(to, amount);
    }

    /** Returns the tokens that go to another node. */
    long offNode() {
        long sum = 0;
        for (int c = 0; c < cellTokens.length; c++) {
            sum += Math.max(0, cellTokens[c] - cellOwn[c]);
        }
        return sum;
    }

    /** Returns the tokens that go to another rank. */
    long offRank() {
        long sum = 0;
        for (int i = 0; i < tokens.length; i++) {
            sum += Math.max(0, tokens[i] - own[i]);
        }
        return sum;
    }

    /** Returns the tokens that go to another node if no rank has a capacity, other than 0. */
    long offNodeAtLeast() {
        return offNodeAtLeast;
    }
}
