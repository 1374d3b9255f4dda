// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.policy;

import io.lplb.placement.ExpertPlacement;
import java.util.function.Function;

/**
 * SGLang's static dispatch: each source rank sends all of its tokens of an expert to one replica, fixed with the placement: one on the
 * rank itself, else one on its node, else replicas in turn over the source ranks ({@code --ep-dispatch-algorithm static}, docs.sglang.ai;
 * github.com/sgl-project/sglang, pull requests 6727 and 9849).
 *
 * <p>Where sources are recorded, each source's tokens go to its replica. Where they are assumed, a replica gets the part that its sources
 * have together, rounded such that odd tokens fall to another replica in every batch.
 */
final class StaticDispatch implements Policy {
    private static final double GOLDEN = 0.6180339887498949;

    private final Function<double[], ExpertPlacement> placing;
    private final double[] speeds;
    private final int ranksPerNode;
    private SourceTokens sources;
    private int[][] replicas = {};
    private int[][] targets = {};
    private double[][] parts = {};
    private int batch;

    StaticDispatch(PolicySetup setup, Function<double[], ExpertPlacement> placing) {
        this.placing = placing;
        this.speeds = setup.speedArray();
        this.ranksPerNode = setup.ranksPerNode();
        this.sources = new SourceTokens(setup, Sources.EVEN);
    }

    @Override
    public void sources(SourceTokens tokens) {
        sources = tokens;
    }

    @Override
    public ExpertPlacement place(double[] history) {
        ExpertPlacement placement = placing.apply(history);
        int experts = placement.experts();
        replicas = new int[experts][];
        targets = new int[experts][];
        parts = new double[experts][];
        for (int e = 0; e < experts; e++) {
            replicas[e] = PolicySetup.activeRanks(placement, e, speeds);
            targets[e] = targets(replicas[e], e);
            parts[e] = parts(e);
        }
        return placement;
    }

    /** Returns the replica that each source rank sends to, {@code [ranks]}; empty if there is none. */
    private int[] targets(int[] hosts, int expert) {
        int[] all = new int[hosts.length == 0 ? 0 : speeds.length];
        int fair = expert;
        for (int source = 0; source < all.length; source++) {
            int near = nearest(hosts, source);
            all[source] = near >= 0 ? near : fair % hosts.length;
            fair += near < 0 && speeds[source] > 0 ? 1 : 0;
        }
        return all;
    }

    private int nearest(int[] hosts, int source) {
        int sameNode = -1;
        for (int k = 0; k < hosts.length; k++) {
            if (hosts[k] == source) {
                return k;
            }
            if (sameNode < 0 && hosts[k] / ranksPerNode == source / ranksPerNode && ranksPerNode < speeds.length) {
                sameNode = k;
            }
        }
        return sameNode;
    }

    /** Returns the part of an expert's tokens that the first replicas together get under the assumption on sources. */
    private double[] parts(int expert) {
        double[] sums = new double[replicas[expert].length];
        double all = 0;
        for (int source = 0; source < targets[expert].length; source++) {
            double weight = sources.weight(expert, source);
            sums[targets[expert][source]] += weight;
            all += weight;
        }
        for (int k = 0; k < sums.length; k++) {
            sums[k] = sums[k] / all + (k == 0 ? 0 : sums[k - 1]);
        }
        return sums;
    }

    @Override
    public boolean plan(long[] counts, Dispatch out) {
        for (int e = 0; e < counts.length; e++) {
            if (counts[e] > 0 && replicas[e].length > 0) {
                if (sources.isRecorded()) {
                    sendRecorded(e, out);
                } else {
                    send(e, counts[e], out);
                }
            }
        }
        batch++;
        return true;
    }

    private void send(int expert, long tokens, Dispatch out) {
        int last = replicas[expert].length - 1;
        double turn = (batch + (double) expert) * GOLDEN;
        turn -= Math.floor(turn);
        long before = 0;
        for (int k = 0; k <= last; k++) {
            long upTo = k == last ? tokens : Math.min(tokens, (long) (parts[expert][k] * tokens + turn));
            out.add(expert, replicas[expert][k], upTo - before);
            before = upTo;
        }
    }

    private void sendRecorded(int expert, Dispatch out) {
        long[] tokens = new long[replicas[expert].length];
        for (int source = 0; source < speeds.length; source++) {
            tokens[targets[expert][source]] += sources.ofRank(expert, source);
        }
        for (int k = 0; k < tokens.length; k++) {
            out.add(expert, replicas[expert][k], tokens[k]);
        }
    }
}
