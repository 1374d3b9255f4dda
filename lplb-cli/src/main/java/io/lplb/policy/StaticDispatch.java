// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.policy;

import io.lplb.placement.ExpertPlacement;
import java.util.Arrays;
import java.util.function.Function;

/**
 * SGLang's static dispatch: each source rank sends all of its tokens of an expert to one replica, fixed with the placement: one on the
 * rank itself, else one on its node, else replicas in turn over the source ranks ({@code --ep-dispatch-algorithm static}, docs.sglang.ai;
 * github.com/sgl-project/sglang, pull request 6727).
 *
 * <p>Source ranks are the active ranks; each is taken to have an even part of every expert's tokens.
 */
final class StaticDispatch implements Policy {
    private final Function<double[], ExpertPlacement> placing;
    private final double[] speeds;
    private final int ranksPerNode;
    private int[][] targets = {};
    private int[] turn = {};

    StaticDispatch(PolicySetup setup, Function<double[], ExpertPlacement> placing) {
        this.placing = placing;
        this.speeds = setup.speedArray();
        this.ranksPerNode = setup.ranksPerNode();
    }

    @Override
    public ExpertPlacement place(double[] history) {
        ExpertPlacement placement = placing.apply(history);
        targets = new int[placement.experts()][];
        for (int e = 0; e < targets.length; e++) {
            targets[e] = targets(PolicySetup.activeRanks(placement, e, speeds), e);
        }
        turn = new int[targets.length];
        return placement;
    }

    /** Returns the rank that each active source sends to, {@code [active ranks]}; empty if there is none. */
    private int[] targets(int[] replicas, int expert) {
        if (replicas.length == 0) {
            return replicas;
        }
        int[] all = new int[speeds.length];
        int sources = 0;
        int fair = expert;
        for (int source = 0; source < speeds.length; source++) {
            if (speeds[source] > 0) {
                int near = nearest(replicas, source);
                all[sources++] = near >= 0 ? near : replicas[fair++ % replicas.length];
            }
        }
        return Arrays.copyOf(all, sources);
    }

    private int nearest(int[] replicas, int source) {
        int sameNode = -1;
        for (int rank : replicas) {
            if (rank == source) {
                return rank;
            }
            if (sameNode < 0 && rank / ranksPerNode == source / ranksPerNode && ranksPerNode < speeds.length) {
                sameNode = rank;
            }
        }
        return sameNode;
    }

    @Override
    public boolean plan(long[] counts, Dispatch out) {
        long[] sum = new long[speeds.length];
        for (int e = 0; e < counts.length; e++) {
            int sources = targets[e].length;
            if (sources == 0) {
                continue;
            }
            long each = counts[e] / sources;
            int odd = (int) (counts[e] % sources);
            for (int s = 0; s < sources; s++) {
                sum[targets[e][s]] += each + (Math.floorMod(s - turn[e], sources) < odd ? 1 : 0);
            }
            turn[e] = (turn[e] + odd) % sources;
            for (int rank : targets[e]) {
                out.add(e, rank, sum[rank]);
                sum[rank] = 0;
            }
        }
        return true;
    }
}
