// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.replicas;

import io.lplb.placement.Eplb;
import io.lplb.placement.ExpertPlacement;
import io.lplb.policy.Dispatch;
import io.lplb.policy.ThresholdReplicas;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.PlacementProblem;
import io.lplb.replica.ReplicaPlan;
import io.lplb.replica.ReplicaPlanner;
import io.lplb.replica.ReplicaSettings;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.SplitBatch;
import io.lplb.trace.NpyReader;
import io.lplb.trace.RoutingTrace;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Real routing batch by batch: weight copies and imbalance with copies of the last batch kept, with replicas chosen anew, by
 * the threshold rule, and of a fixed EPLB placement with an exact split. The first half of a trace is EPLB's history and
 * places the homes, the second half is measured.
 */
final class SequenceFigures {
    private static final int EXPERTS = 64;

    private SequenceFigures() {}

    /** Sums over batches of one policy. */
    private static final class Tally {
        private double imbalance;
        private double worst;
        private long copies;
        private int batches;

        void add(double batchImbalance, int batchCopies) {
            imbalance += batchImbalance;
            worst = Math.max(worst, batchImbalance);
            copies += batchCopies;
            batches++;
        }

        String format() {
            return String.format(Locale.ROOT, "%.4f %.4f %.2f", imbalance / batches, worst, (double) copies / batches);
        }
    }

    static void run(List<Path> traces, PrintStream out) throws IOException {
        out.println("# batches of the second half of every layer; homes packed by EPLB from the first half");
        out.println("# trace ranks slots batch policy max/mean worst copies/batch");
        for (Path file : traces) {
            RoutingTrace trace = NpyReader.open(file);
            for (int ranks : new int[] {8, 16, 32}) {
                for (int slots : new int[] {1, 2}) {
                    for (int batch : new int[] {512, 2048}) {
                        String name = file.getFileName() + " " + ranks + " " + slots + " " + batch + " ";
                        measure(trace, ranks, slots, batch, name, out);
                    }
                }
            }
        }
    }

    private static void measure(RoutingTrace trace, int ranks, int slots, int batch, String name, PrintStream out) {
        double[] tolerances = {0, 0.01, 0.05};
        Tally none = new Tally();
        Tally fixed = new Tally();
        Tally threshold = new Tally();
        Tally[] anew = {new Tally(), new Tally(), new Tally()};
        Tally[] kept = {new Tally(), new Tally(), new Tally()};
        for (int layer = 0; layer < trace.layers(); layer++) {
            double[] history = Arrays.stream(count(trace, layer, 0, trace.tokens() / 2))
                    .asDoubleStream()
                    .toArray();
            ExpertPlacement homes = eplb(history, ranks, 0);
            long[][] batches = batches(trace, layer, batch);
            fixedPlacement(eplb(history, ranks, slots), batches, fixed);
            double[] unit = new double[ranks];
            Arrays.fill(unit, 1);
            ThresholdReplicas rule = new ThresholdReplicas(homes, slots, 1, unit);
            Dispatch dispatch = new Dispatch();
            for (long[] counts : batches) {
                dispatch.clear();
                rule.plan(counts, dispatch);
                threshold.add(ReplicaFigures.imbalance(dispatch, ranks), rule.replicas());
            }
            for (int t = 0; t < tolerances.length; t++) {
                ReplicaSettings settings = ReplicaSettings.builder(homes, slots)
                        .tolerance(tolerances[t])
                        .build();
                plans(settings, batches, anew[t], kept[t], t == 0 ? none : new Tally());
            }
        }
        out.println(name + "no_replicas " + none.format());
        out.println(name + "fixed_eplb " + fixed.format());
        out.println(name + "threshold_anew " + threshold.format());
        for (int t = 0; t < tolerances.length; t++) {
            out.println(name + "growth_anew_" + tolerances[t] + " " + anew[t].format());
            out.println(name + "growth_kept_" + tolerances[t] + " " + kept[t].format());
        }
    }

    private static void plans(ReplicaSettings settings, long[][] batches, Tally anew, Tally kept, Tally none) {
        ReplicaPlanner planner = new ReplicaPlanner(settings);
        ReplicaPlan plan = new ReplicaPlan(settings);
        int[] table = new int[settings.physicalExperts()];
        plan.copySlotTable(table);
        for (long[] counts : batches) {
            planner.plan(counts, plan);
            anew.add(plan.imbalance(), plan.copies());
            none.add(plan.identityMaxLoad() / plan.meanLoad(), 0);
            planner.plan(counts, null, table, plan);
            kept.add(plan.imbalance(), plan.copies());
            plan.copySlotTable(table);
        }
    }

    private static void fixedPlacement(ExpertPlacement placement, long[][] batches, Tally tally) {
        PlacementProblem problem = PlacementProblem.of(placement, null);
        MinMaxBatch batch = new MinMaxBatch(problem.problem(), 1);
        SplitBatch split = new SplitBatch(problem.problem(), 1);
        try (InteriorPointSolver solver = new InteriorPointSolver(problem.problem())) {
            for (long[] counts : batches) {
                problem.fill(counts, batch);
                solver.solve(batch, split);
                tally.add(split.maxLoad(0) / batch.meanLoad(0), 0);
            }
        }
    }

    private static ExpertPlacement eplb(double[] history, int ranks, int slots) {
        return Eplb.place(new double[][] {history}, EXPERTS + ranks * slots, 1, 1, ranks)
                .layers()
                .get(0);
    }

    private static long[][] batches(RoutingTrace trace, int layer, int batch) {
        int first = trace.tokens() / 2;
        long[][] batches = new long[(trace.tokens() - first) / batch][];
        Arrays.setAll(batches, b -> count(trace, layer, first + b * batch, first + (b + 1) * batch));
        return batches;
    }

    private static long[] count(RoutingTrace trace, int layer, int from, int to) {
        int[] ids = new int[(to - from) * trace.topK()];
        trace.copyIds(layer, from, to, ids);
        long[] counts = new long[EXPERTS];
        for (int id : ids) {
            if (id >= 0) {
                counts[id]++;
            }
        }
        return counts;
    }
}
