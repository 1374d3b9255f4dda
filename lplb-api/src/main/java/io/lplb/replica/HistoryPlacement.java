// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replica;

import io.lplb.placement.Eplb;
import io.lplb.placement.ExpertPlacement;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.PlacementProblem;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.SplitBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Placement for coming batches, chosen by its mean over recorded batches.
 *
 * <p>Candidates are EPLB's placement, and placements grown from the mean load of every expert by {@link ReplicaPlanner}, to
 * several tolerances, on homes packed by EPLB and on homes in natural order; slots that growth leaves empty get the experts
 * with the most tokens per replica. Every candidate balances every recorded batch by an exact split, and the one with the
 * lowest mean of largest load / mean load wins; the first of equals. One vector of history would overrate placements that fit
 * it exactly.
 *
 * @param name how the placement was made
 * @param placement the placement
 * @param meanImbalance mean over the recorded batches of largest load / mean load
 * @param worstImbalance largest of them
 */
public record HistoryPlacement(String name, ExpertPlacement placement, double meanImbalance, double worstImbalance) {
    private static final double[] TOLERANCES = {0, 0.01, 0.05};

    /**
     * Evaluates all candidates.
     *
     * @param batches {@code [batches][experts]}, recorded token counts, at least one batch
     * @param ranks number of ranks; divides the number of experts
     * @param spareSlots slots per rank beside the home experts, at least 0
     * @return the candidates by rising mean imbalance
     * @throws IllegalArgumentException if an input is not as said
     */
    public static List<HistoryPlacement> candidates(long[][] batches, int ranks, int spareSlots) {
        if (batches.length == 0) {
            throw new IllegalArgumentException("batches: got none, expected at least one");
        }
        int experts = batches[0].length;
        if (ranks < 1 || experts % ranks != 0 || experts == 0) {
            throw new IllegalArgumentException(
                    "ranks: got " + ranks + ", expected a divisor of the " + experts + " experts");
        }
        double[] mean = new double[experts];
        for (long[] batch : batches) {
            if (batch.length != experts) {
                throw new IllegalArgumentException(
                        "batches: got " + batch.length + " experts after " + experts + ", expected equal lengths");
            }
            for (int e = 0; e < experts; e++) {
                mean[e] += (double) batch[e] / batches.length;
            }
        }
        List<HistoryPlacement> candidates = new ArrayList<>();
        ExpertPlacement packed = eplb(mean, ranks, experts);
        candidates.add(evaluate("EPLB", eplb(mean, ranks, experts + ranks * spareSlots), batches));
        int[] natural = new int[experts];
        Arrays.setAll(natural, e -> e);
        ExpertPlacement unpacked = ExpertPlacement.of(ranks, ranks, experts, natural);
        for (double tolerance : TOLERANCES) {
            String suffix = ", growth to " + tolerance;
            candidates.add(evaluate("packed homes" + suffix, grow(packed, spareSlots, mean, tolerance), batches));
            candidates.add(evaluate("natural homes" + suffix, grow(unpacked, spareSlots, mean, tolerance), batches));
        }
        candidates.sort((a, b) -> Double.compare(a.meanImbalance(), b.meanImbalance()));
        return List.copyOf(candidates);
    }

    private static ExpertPlacement eplb(double[] mean, int ranks, int physical) {
        return Eplb.place(new double[][] {mean}, physical, 1, 1, ranks).layers().get(0);
    }

    private static ExpertPlacement grow(ExpertPlacement homes, int spareSlots, double[] mean, double tolerance) {
        ReplicaSettings settings =
                ReplicaSettings.builder(homes, spareSlots).tolerance(tolerance).build();
        long[] counts = new long[mean.length];
        Arrays.setAll(counts, e -> Math.round(mean[e]));
        ReplicaPlan plan = new ReplicaPlan(settings);
        new ReplicaPlanner(settings).plan(counts, plan);
        int[] table = new int[settings.physicalExperts()];
        plan.copySlotTable(table);
        fill(table, settings, mean);
        return ExpertPlacement.of(settings.ranks(), settings.ranks(), mean.length, table);
    }

    /** Fills empty slots, each with the expert that has the most tokens per replica and is not on the rank yet. */
    private static void fill(int[] table, ReplicaSettings settings, double[] mean) {
        int[] replicas = new int[mean.length];
        for (int e : table) {
            if (e >= 0) {
                replicas[e]++;
            }
        }
        for (int p = 0; p < table.length; p++) {
            if (table[p] >= 0) {
                continue;
            }
            int first = p / settings.slotsPerRank() * settings.slotsPerRank();
            int best = -1;
            for (int e = 0; e < mean.length; e++) {
                if ((best < 0 || mean[e] / replicas[e] > mean[best] / replicas[best])
                        && !holds(table, first, settings.slotsPerRank(), e)) {
                    best = e;
                }
            }
            // More slots than experts on a rank: any expert will do.
            table[p] = Math.max(best, 0);
            replicas[table[p]]++;
        }
    }

    private static boolean holds(int[] table, int first, int slots, int expert) {
        for (int p = first; p < first + slots; p++) {
            if (table[p] == expert) {
                return true;
            }
        }
        return false;
    }

    private static HistoryPlacement evaluate(String name, ExpertPlacement placement, long[][] batches) {
        PlacementProblem problem = PlacementProblem.of(placement, null);
        MinMaxBatch all = new MinMaxBatch(problem.problem(), batches.length);
        MinMaxBatch one = new MinMaxBatch(problem.problem(), 1);
        for (int b = 0; b < batches.length; b++) {
            problem.fill(batches[b], one);
            all.set(b, one.fixed(), one.load());
        }
        SplitBatch split = new SplitBatch(problem.problem(), batches.length);
        try (InteriorPointSolver solver = new InteriorPointSolver(problem.problem())) {
            solver.solve(all, split);
        }
        double sum = 0;
        double worst = 1;
        for (int b = 0; b < batches.length; b++) {
            double imbalance = all.meanLoad(b) > 0 ? split.maxLoad(b) / all.meanLoad(b) : 1;
            sum += imbalance;
            worst = Math.max(worst, imbalance);
        }
        return new HistoryPlacement(name, placement, sum / batches.length, worst);
    }
}
