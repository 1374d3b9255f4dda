// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.policy;

import io.lplb.placement.ExpertPlacement;
import java.util.Arrays;

/**
 * Least-loaded expert parallelism, LLEP (Nguyen et al., arXiv 2601.17111; github.com/SalesforceAIResearch/LeastLoadedEP).
 *
 * <p>Below an imbalance of {@value #THRESHOLD} every token stays on the home rank of its expert. Otherwise experts are assigned by falling
 * load. An expert fills its home rank up to the capacity, the mean load; what is left is spilled to the least loaded ranks up to theirs,
 * with the expert's weights. No piece is smaller than {@value #LEAST} tokens, the least that a GEMM is worth; tokens that fit nowhere go to
 * the least loaded rank. The constants are those of the published test run. The number of copies on a rank is not limited.
 */
final class LeastLoaded implements Policy {
    private static final double THRESHOLD = 1.3;
    private static final int LEAST = 1024;

    private final ExpertPlacement homes;
    private final double[] speeds;
    private final long least;
    private final long[] load;
    private int[][] ranksOf = {};

    LeastLoaded(PolicySetup setup) {
        this(setup, LEAST);
    }

    /** A policy with another least number of tokens of a piece. */
    LeastLoaded(PolicySetup setup, long least) {
        this.homes = setup.natural();
        this.speeds = setup.speedArray();
        this.least = least;
        this.load = new long[speeds.length];
    }

    @Override
    public ExpertPlacement place(double[] history) {
        ranksOf = PolicySetup.activeRanks(homes, speeds);
        return homes;
    }

    @Override
    public boolean plan(long[] counts, Dispatch out) {
        Arrays.fill(load, 0);
        long total = 0;
        for (int e = 0; e < counts.length; e++) {
            if (ranksOf[e].length > 0) {
                load[ranksOf[e][0]] += counts[e];
                total += counts[e];
            }
        }
        long active = Arrays.stream(speeds).filter(s -> s > 0).count();
        double mean = (double) total / active;
        boolean even = Arrays.stream(load).max().orElse(0) < THRESHOLD * mean;
        long capacity = (long) Math.ceil(mean);
        for (int e : fallingOrder(counts)) {
            if (ranksOf[e].length == 0) {
                continue;
            }
            int home = ranksOf[e][0];
            // The other experts of this rank, assigned or still to come, have their room first.
            long others = load[home] - counts[e];
            long fits = Math.max(0, capacity - others);
            if (even || fits >= counts[e] || counts[e] - fits < least) {
                out.add(e, home, counts[e]);
                continue;
            }
            long kept = fits < least ? 0 : fits;
            load[home] = others + kept;
            out.add(e, home, kept);
            spill(e, counts[e] - kept, capacity, out);
        }
        return true;
    }

    /** Gives tokens to the least loaded ranks up to their capacity. */
    private void spill(int expert, long tokens, long capacity, Dispatch out) {
        long left = tokens;
        while (left > 0) {
            int rank = -1;
            for (int r = 0; r < load.length; r++) {
                if (speeds[r] > 0 && (rank < 0 || load[r] < load[rank])) {
                    rank = r;
                }
            }
            long room = capacity - load[rank];
            long piece = Math.min(left, room);
            if (piece < Math.min(least, left) || left - piece < least) {
                piece = left;
            }
            load[rank] += piece;
            left -= piece;
            out.add(expert, rank, piece);
        }
    }

    /** Returns the experts by falling tokens, equal ones by number. */
    static int[] fallingOrder(long[] counts) {
        long[] key = new long[counts.length];
        for (int e = 0; e < counts.length; e++) {
            key[e] = -counts[e] * counts.length + e;
        }
        Arrays.sort(key);
        int[] order = new int[counts.length];
        for (int k = 0; k < order.length; k++) {
            order[k] = Math.floorMod(key[k], counts.length);
        }
        return order;
    }
}
