// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import io.lplb.array.ArrayLength;
import io.lplb.cost.ExpertCost;
import io.lplb.placement.ExpertPlacement;
import io.lplb.policy.Dispatch;
import io.lplb.policy.PolicySetup;
import io.lplb.policy.SourceTokens;
import java.util.Arrays;

/**
 * Measures dispatches: load and predicted time of every rank, tokens that cross nodes, and weights that the batch copies.
 *
 * <p>Cross-node tokens: a token goes to a replica of its own node while that node's part of the dispatch lasts. The rest cross nodes; no
 * routing of the dispatch has fewer. Not thread-safe.
 */
final class BatchMeter {
    private final ExpertCost cost;
    private final double[] speeds;
    private final int nodes;
    private final int[] nodeOf;
    private final SourceTokens sources;
    private final long[] rankLoad;
    private final long[][] slotTokens;
    private final int[] slots;
    private final int[] received;
    private final long[] ofNode;

    private double max;
    private double mean;
    private double time;
    private long tokens;
    private int copies;
    private int mostReceived;
    private double crossNode;

    /** Experts that each rank of a placement holds. */
    static final class Held {
        private final long[] bits;
        private final int words;
        private final int slotsPerRank;

        Held(ExpertPlacement placement) {
            words = (placement.ranks() + Long.SIZE - 1) / Long.SIZE;
            bits = new long[placement.experts() * words];
            slotsPerRank = placement.slotsPerRank();
            for (int e = 0; e < placement.experts(); e++) {
                for (int rank : placement.ranksOf(e)) {
                    bits[e * words + rank / Long.SIZE] |= 1L << rank;
                }
            }
        }

        boolean on(int rank, int expert) {
            return (bits[expert * words + rank / Long.SIZE] >>> rank & 1) != 0;
        }
    }

    BatchMeter(PolicySetup setup, SourceTokens sources) {
        this.sources = sources;
        cost = setup.cost();
        speeds = setup.speedArray();
        nodes = setup.nodes();
        int ranks = setup.ranks();
        nodeOf = new int[ranks];
        Arrays.setAll(nodeOf, r -> r / setup.ranksPerNode());
        rankLoad = new long[ranks];
        slotTokens = new long[ranks][setup.slotsPerRank()];
        slots = new int[ranks];
        received = new int[ranks];
        ofNode = new long[ArrayLength.of(setup.experts(), "experts", nodes, "nodes")];
    }

    /** Measures a dispatch of a batch on a placement. */
    void measure(long[] counts, Dispatch dispatch, Held held) {
        Arrays.fill(rankLoad, 0);
        Arrays.fill(slots, 0);
        Arrays.fill(received, 0);
        copies = 0;
        tokens = 0;
        for (int k = 0; k < dispatch.size(); k++) {
            int rank = dispatch.rank(k);
            int expert = dispatch.expert(k);
            long load = dispatch.tokens(k);
            rankLoad[rank] += load;
            tokens += load;
            ofNode[expert * nodes + nodeOf[rank]] += load;
            if (slots[rank] == slotTokens[rank].length) {
                slotTokens[rank] = Arrays.copyOf(slotTokens[rank], slots[rank] + 1);
            }
            slotTokens[rank][slots[rank]++] = load;
            if (!held.on(rank, expert)) {
                copies++;
                received[rank]++;
            }
        }
        crossNode = tokens - staying(counts, dispatch);
        mostReceived = 0;
        max = 0;
        time = 0;
        double speed = 0;
        for (int r = 0; r < rankLoad.length; r++) {
            mostReceived = Math.max(mostReceived, received[r]);
            speed += speeds[r];
            if (rankLoad[r] > 0) {
                max = Math.max(max, rankLoad[r] / speeds[r]);
                int length = Math.max(slots[r], held.slotsPerRank + received[r]);
                time = Math.max(time, cost.micros(padded(r, length)) / speeds[r]);
            }
        }
        mean = tokens / speed;
    }

    /** Returns the tokens of a rank's slots, empty ones last; valid until the next batch. */
    private long[] padded(int rank, int length) {
        long[] mine = slotTokens[rank];
        if (mine.length != length) {
            return Arrays.copyOf(Arrays.copyOf(mine, slots[rank]), length);
        }
        Arrays.fill(mine, slots[rank], length, 0);
        return mine;
    }

    /** Returns the tokens that can stay on the nodes that they come from, and clears the tokens of nodes. */
    private double staying(long[] counts, Dispatch dispatch) {
        double staying = 0;
        for (int k = 0; k < dispatch.size(); k++) {
            int expert = dispatch.expert(k);
            int node = nodeOf[dispatch.rank(k)];
            long here = ofNode[expert * nodes + node];
            if (here > 0) {
                ofNode[expert * nodes + node] = 0;
                staying += nodes == 1
                        ? (double) here
                        : Math.min((double) here, sources.ofNode(expert, node, counts[expert]));
            }
        }
        return staying;
    }

    /** Returns the tokens of every rank, {@code [ranks]}; overwritten by the next measurement. */
    long[] rankLoads() {
        return rankLoad;
    }

    /** Returns the largest tokens / speed of a rank. */
    double max() {
        return max;
    }

    /** Returns all tokens / all speeds. */
    double mean() {
        return mean;
    }

    /** Returns the predicted time of the slowest rank in the cost's unit. */
    double time() {
        return time;
    }

    /** Returns the tokens of all ranks. */
    long tokens() {
        return tokens;
    }

    /** Returns the weights that are copied for this batch. */
    int copies() {
        return copies;
    }

    /** Returns the most weights that one rank receives for this batch. */
    int mostReceived() {
        return mostReceived;
    }

    /** Returns the tokens that cross nodes. */
    double crossNode() {
        return crossNode;
    }
}
