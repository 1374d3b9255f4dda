// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.placement;

import io.lplb.placement.Eplb;
import io.lplb.placement.ExactSplit;
import io.lplb.placement.ExpertPlacement;
import io.lplb.placement.MoveLimits;
import io.lplb.placement.PlacementChange;
import io.lplb.placement.PlacementPlanner;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/**
 * Prints how placements hold when loads differ from the history that they were made from: mean and worst max/mean over draws,
 * every batch split exactly, and what an update for a noisy history moves. 256 experts on 32 ranks, log-normal loads; each load
 * of the batch is the history's times its own log-normal factor. Seeds are the numbers of the draws.
 *
 * <pre>java -cp ... io.lplb.bench.placement.PlacementFigures [draws]</pre>
 */
public final class PlacementFigures {
    private static final int EXPERTS = 256;
    private static final int RANKS = 32;
    private static final int[] EXTRA = {32, 64};
    private static final double[] NOISE = {0, 0.1, 0.3};

    private PlacementFigures() {}

    /** Runs the draws, 60 unless said otherwise. */
    public static void main(String[] args) {
        int draws = args.length > 0 ? Integer.parseInt(args[0]) : 60;
        System.out.printf(
                Locale.ROOT, "%d experts, %d ranks, %d draws, mean (worst) of max/mean%n", EXPERTS, RANKS, draws);
        System.out.println("slots  noise  EPLB             sliding windows  PlacementPlanner");
        for (int extra : EXTRA) {
            for (double noise : NOISE) {
                row(extra, noise, draws);
            }
        }
        System.out.println();
        System.out.println("update for a noisy history, 10 slots per rank, weights copied over the network (mean)");
        System.out.println("noise  EPLB anew  PlacementPlanner.update  its max/mean  placed anew");
        for (double noise : new double[] {0.01, 0.1, 0.3}) {
            update(noise, draws);
        }
    }

    private static void row(int extra, double noise, int draws) {
        PlacementPlanner planner = planner(extra);
        double[] sum = new double[3];
        double[] worst = new double[3];
        for (int draw = 0; draw < draws; draw++) {
            double[] history = logNormal(draw);
            double[] batch = noisy(history, noise, draws + draw);
            ExpertPlacement[] placements = {eplb(history, extra), windows(history, extra), planner.place(history)};
            for (int k = 0; k < placements.length; k++) {
                double imbalance = ExactSplit.of(placements[k]).imbalance(batch);
                sum[k] += imbalance;
                worst[k] = Math.max(worst[k], imbalance);
            }
        }
        System.out.printf(Locale.ROOT, "+%d    %.1f   ", extra, noise);
        for (int k = 0; k < sum.length; k++) {
            System.out.printf(Locale.ROOT, " %.5f (%.4f)", sum[k] / draws, worst[k]);
        }
        System.out.println();
    }

    private static void update(double noise, int draws) {
        PlacementPlanner planner = planner(64);
        double eplbCopies = 0;
        double copies = 0;
        double imbalance = 0;
        double anew = 0;
        for (int draw = 0; draw < draws; draw++) {
            double[] history = logNormal(draw);
            double[] later = noisy(history, noise, draws + draw);
            ExpertPlacement old = planner.place(history);
            var update = planner.update(old, later, MoveLimits.ifItPays());
            copies += update.change().networkCopies();
            imbalance += update.imbalance();
            anew += ExactSplit.of(planner.place(later)).imbalance(later);
            eplbCopies +=
                    PlacementChange.between(eplb(history, 64), eplb(later, 64)).networkCopies();
        }
        System.out.printf(
                Locale.ROOT,
                "%.2f   %.1f      %.2f                     %.5f       %.5f%n",
                noise,
                eplbCopies / draws,
                copies / draws,
                imbalance / draws,
                anew / draws);
    }

    private static PlacementPlanner planner(int extra) {
        return PlacementPlanner.builder()
                .experts(EXPERTS)
                .ranks(RANKS)
                .slotsPerRank((EXPERTS + extra) / RANKS)
                .build();
    }

    private static double[] logNormal(int seed) {
        Random random = new Random(seed);
        double[] load = new double[EXPERTS];
        Arrays.setAll(load, e -> Math.exp(random.nextGaussian()));
        return load;
    }

    private static double[] noisy(double[] load, double noise, int seed) {
        Random random = new Random(seed);
        double[] other = new double[EXPERTS];
        Arrays.setAll(other, e -> load[e] * Math.exp(noise * random.nextGaussian()));
        return other;
    }

    private static ExpertPlacement eplb(double[] history, int extra) {
        return Eplb.place(new double[][] {history}, EXPERTS + extra, 1, 1, RANKS)
                .layers()
                .get(0);
    }

    /**
     * Sliding windows for splittable items with limited slots (Epstein and van Stee 2012): each rank takes consecutive experts of
     * the list sorted by load, the lightest window that reaches the mean; what the last one has beyond it goes back to the list.
     */
    private static ExpertPlacement windows(double[] history, int extra) {
        int slots = (EXPERTS + extra) / RANKS;
        double mean = Arrays.stream(history).sum() / RANKS;
        double[] left = history.clone();
        Integer[] order = new Integer[EXPERTS];
        Arrays.setAll(order, e -> e);
        int[] phy2log = new int[RANKS * slots];
        Arrays.fill(phy2log, ExpertPlacement.EMPTY);
        for (int rank = 0; rank < RANKS; rank++) {
            Integer[] rest = Arrays.stream(order).filter(e -> left[e] > 0).toArray(Integer[]::new);
            Arrays.sort(rest, (a, b) -> Double.compare(left[a], left[b]));
            int from = 0;
            int to = 0;
            double sum = 0;
            while (to < rest.length && (rank == RANKS - 1 || sum < mean)) {
                sum += left[rest[to++]];
                if (to - from > slots) {
                    sum -= left[rest[from++]];
                }
            }
            double beyond = rank == RANKS - 1 ? 0 : Math.max(0, sum - mean);
            for (int k = from; k < to; k++) {
                phy2log[rank * slots + k - from] = rest[k];
                left[rest[k]] = k == to - 1 && beyond > 1e-9 * mean ? beyond : 0;
            }
        }
        return ExpertPlacement.of(RANKS, RANKS, EXPERTS, phy2log);
    }
}
