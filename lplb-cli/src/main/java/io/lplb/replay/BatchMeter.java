// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import io.lplb.cost.ExpertCost;
import io.lplb.placement.ExpertPlacement;
import io.lplb.policy.Dispatch;
import io.lplb.policy.PolicySetup;
import java.util.Arrays;

/**
 * Measures the dispatches of one placement: load and predicted time of every rank, tokens that cross nodes, and weights that the batch copies.
 *
 * <p>Cross-node tokens: sources are taken to have even parts of every expert's tokens, and a token goes to a replica of its own node while
 * that node's part of the dispatch lasts. The rest cross nodes; no routing of the dispatch has fewer. Not thread-safe.
 */
final class BatchMeter {
    private final ExpertCost cost;
    private final double[] speeds;
    private final int nodes;
    private final int ranksPerNode;
    private final boolean[] holds;
    private final int slotsPerRank;
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

    BatchMeter(PolicySetup setup, ExpertPlacement placement) {
        cost = setup.cost();
        speeds = setup.speedArray();
        nodes = setup.nodes();
        ranksPerNode = setup.ranksPerNode();
        slotsPerRank = placement.slotsPerRank();
        int ranks = setup.ranks();
        holds = new boolean[setup.experts() * ranks];
        for (int e = 0; e < setup.experts(); e++) {
            for (int rank : placement.ranksOf(e)) {
                holds[e * ranks + rank] = true;
            }
        }
        rankLoad = new long[ranks];
        slotTokens = new long[ranks][slotsPerRank];
        slots = new int[ranks];
        received = new int[ranks];
        ofNode = new long[setup.experts() * nodes];
    }

    /** Measures a dispatch of a batch. */
    void measure(long[] counts, Dispatch dispatch) {
        int ranks = rankLoad.length;
        Arrays.fill(rankLoad, 0);
        Arrays.fill(slots, 0);
        Arrays.fill(received, 0);
        Arrays.fill(ofNode, 0);
        copies = 0;
        for (int k = 0; k < dispatch.size(); k++) {
            int rank = dispatch.rank(k);
            int expert = dispatch.expert(k);
            rankLoad[rank] += dispatch.tokens(k);
            ofNode[expert * nodes + rank / ranksPerNode] += dispatch.tokens(k);
            if (slots[rank] == slotTokens[rank].length) {
                slotTokens[rank] = Arrays.copyOf(slotTokens[rank], 2 * slots[rank]);
            }
            slotTokens[rank][slots[rank]++] = dispatch.tokens(k);
            if (!holds[expert * ranks + rank]) {
                copies++;
                received[rank]++;
            }
        }
        tokens = Arrays.stream(rankLoad).sum();
        mostReceived = Arrays.stream(received).max().orElse(0);
        double speed = 0;
        max = 0;
        time = 0;
        for (int r = 0; r < ranks; r++) {
            speed += speeds[r];
            if (rankLoad[r] > 0) {
                max = Math.max(max, rankLoad[r] / speeds[r]);
                int held = Math.max(slots[r], slotsPerRank + received[r]);
                time = Math.max(time, cost.micros(padded(r, held)) / speeds[r]);
            }
        }
        mean = tokens / speed;
        crossNode = nodes == 1 ? 0 : crossNode(counts);
    }

    /** Returns the tokens of a rank's slots, empty ones last. */
    private long[] padded(int rank, int length) {
        long[] all = Arrays.copyOf(slotTokens[rank], length);
        Arrays.fill(all, slots[rank], length, 0);
        return all;
    }

    private double crossNode(long[] counts) {
        double cross = 0;
        for (int e = 0; e < counts.length; e++) {
            long sum = 0;
            for (int n = 0; n < nodes; n++) {
                sum += ofNode[e * nodes + n];
            }
            double each = (double) sum / nodes;
            for (int n = 0; n < nodes; n++) {
                cross += Math.max(0, ofNode[e * nodes + n] - each);
            }
        }
        return cross;
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
