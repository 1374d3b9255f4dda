// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.replicas;

import io.lplb.host.Host;
import io.lplb.host.SourceCommit;
import io.lplb.placement.ExpertPlacement;
import io.lplb.policy.Dispatch;
import io.lplb.policy.ThresholdReplicas;
import io.lplb.replica.ReplicaPlan;
import io.lplb.replica.ReplicaPlanner;
import io.lplb.replica.ReplicaSettings;
import io.lplb.trace.LoadReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Measures replicas chosen per batch on one core: {@code ReplicaFigures cases FILE.npy}, {@code growth}, or
 * {@code sequences TRACE.npy...}; writes a text file of results to standard output. {@code picture GROWTH.txt} draws the
 * results of {@code growth} as SVG.
 */
public final class ReplicaFigures {
    private static final int WARM_UP = 400;
    private static final int ROUNDS = 101;

    private ReplicaFigures() {}

    /** Runs one of the measurements. */
    public static void main(String[] args) throws IOException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        if (args.length == 2 && args[0].equals("picture")) {
            out.print(new GrowthPicture(Files.readAllLines(Path.of(args[1]))).svg());
            return;
        }
        out.println("# " + Host.processor() + "; " + Host.java() + "; "
                + Instant.now().truncatedTo(ChronoUnit.SECONDS) + "; commit " + SourceCommit.here());
        out.println("# ReplicaFigures " + String.join(" ", args));
        switch (args.length == 0 ? "" : args[0]) {
            case "cases" -> cases(Path.of(args[1]), out);
            case "growth" -> growth(out);
            case "sequences" ->
                SequenceFigures.run(Arrays.stream(args).skip(1).map(Path::of).toList(), out);
            default ->
                throw new IllegalArgumentException("got " + Arrays.toString(args)
                        + ", expected cases FILE.npy, growth, picture GROWTH.txt or sequences TRACE.npy...");
        }
    }

    private static void cases(Path file, PrintStream out) throws IOException {
        long[][] counts = LoadReader.read(file);
        Path nameFile = file.resolveSibling(String.valueOf(file.getFileName()).replace(".npy", "_names.txt"));
        List<String> names = Files.readAllLines(nameFile);
        out.println("# 64 ranks; one core; median of " + ROUNDS + " plans; baseline: threshold and greedy packing");
        out.println("# slots tolerance min_tokens case load max/mean_before max/mean_after lower_bound/mean binding"
                + " replicas us baseline_after baseline_replicas");
        for (int slots = 1; slots <= 2; slots++) {
            for (double tolerance : new double[] {0, 0.01}) {
                for (long least : new long[] {1, 1024}) {
                    casesUnder(counts, names, slots, tolerance, least, out);
                }
            }
        }
    }

    private static void casesUnder(
            long[][] counts, List<String> names, int slots, double tolerance, long least, PrintStream out) {
        ReplicaSettings settings = ReplicaSettings.builder(homes(64, counts[0].length), slots)
                .tolerance(tolerance)
                .minTokens(least)
                .build();
        ReplicaPlanner planner = new ReplicaPlanner(settings);
        ReplicaPlan plan = new ReplicaPlan(settings);
        double[] unit = new double[settings.ranks()];
        Arrays.fill(unit, 1);
        ThresholdReplicas baseline = new ThresholdReplicas(settings.homes(), slots, least, unit);
        Dispatch dispatch = new Dispatch();
        double[] micros = new double[counts.length];
        double sum = 0;
        double worst = 0;
        int replicas = 0;
        for (int c = 0; c < counts.length; c++) {
            micros[c] = time(planner, plan, counts[c]);
            dispatch.clear();
            baseline.plan(counts[c], dispatch);
            sum += plan.imbalance();
            worst = Math.max(worst, plan.imbalance());
            replicas += plan.replicas();
            out.printf(
                    Locale.ROOT,
                    "%d %.3f %d %d %s %.3f %.5f %.5f %s %d %.1f %.4f %d%n",
                    slots,
                    tolerance,
                    least,
                    c,
                    names.get(c),
                    plan.identityMaxLoad() / plan.meanLoad(),
                    plan.imbalance(),
                    plan.lowerBound() / plan.meanLoad(),
                    plan.binding().label(),
                    plan.replicas(),
                    micros[c],
                    imbalance(dispatch, settings.ranks()),
                    baseline.replicas());
        }
        Arrays.sort(micros);
        out.printf(
                Locale.ROOT,
                "# slots %d, tolerance %.3f, min_tokens %d: max/mean %.5f (worst %.5f), %d replicas, median %.1f us"
                        + " (worst %.1f)%n",
                slots,
                tolerance,
                least,
                sum / counts.length,
                worst,
                replicas,
                micros[micros.length / 2],
                micros[micros.length - 1]);
    }

    /** Largest load of a rank / mean load. */
    static double imbalance(Dispatch dispatch, int ranks) {
        long[] load = new long[ranks];
        for (int k = 0; k < dispatch.size(); k++) {
            load[dispatch.rank(k)] += dispatch.tokens(k);
        }
        long total = Arrays.stream(load).sum();
        return total == 0 ? 1 : (double) Arrays.stream(load).max().orElse(0) * ranks / total;
    }

    private static void growth(PrintStream out) {
        out.println("# log-normal(0, 1) loads of 4,096 tokens per expert in the mean, 9 batches; one core; medians");
        out.println("# ranks experts slots max/mean_before max/mean_after replicas us");
        for (int ranks : new int[] {8, 16, 32, 64, 128, 256, 320}) {
            for (int experts : new int[] {64, 128, 256, 320, 512, 640, 1024}) {
                for (int slots : new int[] {1, 2, 4}) {
                    if (experts % ranks == 0) {
                        growth(ranks, experts, slots, out);
                    }
                }
            }
        }
    }

    private static void growth(int ranks, int experts, int slots, PrintStream out) {
        ReplicaSettings settings =
                ReplicaSettings.builder(homes(ranks, experts), slots).build();
        ReplicaPlanner planner = new ReplicaPlanner(settings);
        ReplicaPlan plan = new ReplicaPlan(settings);
        Random random = new Random(1);
        int batches = 9;
        double[] micros = new double[batches];
        double before = 0;
        double after = 0;
        double replicas = 0;
        for (int b = 0; b < batches; b++) {
            long[] counts = new long[experts];
            Arrays.setAll(counts, e -> Math.round(4096 / Math.exp(0.5) * Math.exp(random.nextGaussian())));
            micros[b] = time(planner, plan, counts);
            before += plan.identityMaxLoad() / plan.meanLoad() / batches;
            after += plan.imbalance() / batches;
            replicas += (double) plan.replicas() / batches;
        }
        Arrays.sort(micros);
        out.printf(
                Locale.ROOT,
                "%d %d %d %.3f %.5f %.1f %.1f%n",
                ranks,
                experts,
                slots,
                before,
                after,
                replicas,
                micros[batches / 2]);
    }

    /** Median time of a plan in microseconds. */
    private static double time(ReplicaPlanner planner, ReplicaPlan plan, long[] counts) {
        for (int k = 0; k < WARM_UP; k++) {
            planner.plan(counts, plan);
        }
        double[] micros = new double[ROUNDS];
        for (int k = 0; k < ROUNDS; k++) {
            long start = System.nanoTime();
            planner.plan(counts, plan);
            micros[k] = (System.nanoTime() - start) / 1e3;
        }
        Arrays.sort(micros);
        return micros[ROUNDS / 2];
    }

    /** Homes in natural order. */
    static ExpertPlacement homes(int ranks, int experts) {
        int[] phy2log = new int[experts];
        Arrays.setAll(phy2log, e -> e);
        return ExpertPlacement.of(ranks, ranks, experts, phy2log);
    }
}
