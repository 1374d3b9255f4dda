// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.tails;

import io.lplb.balance.LoadBalancer;
import io.lplb.balance.LoadBalancerBuilder;
import io.lplb.balance.PlanReport;
import io.lplb.placement.Eplb;
import io.lplb.placement.ExpertPlacement;
import io.lplb.topology.Topologies;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Times plans from counts to quotas in whole tokens, per batch: the median batch, the batch at 99 percent and the worst one.
 * Every batch is planned several times, the batches in turn, and its least time counts: what is left of a tail then is the
 * batch's, not the machine's. Loads are log-normal: experts keep their weights, batches vary around them; every fourth
 * batch is sparse, as in decoding.
 *
 * <pre>
 *   java -cp ... io.lplb.bench.tails.PlanTails [batches [rounds [solvers]]]       2000 5 exact,relaxation,interior-point
 * </pre>
 */
public final class PlanTails {
    private static final List<String> MACHINES = List.of("cube", "torus8x4", "eplb64", "eplb320");

    /** The interior point's time grows with the cube of the ranks. */
    private static final int MOST_RANKS_OF_INTERIOR_POINT = 64;

    private PlanTails() {}

    /**
     * Prints a table.
     *
     * @param args number of batches, number of rounds, solvers separated by commas; all may be left out
     */
    public static void main(String[] args) {
        int batches = args.length > 0 ? Integer.parseInt(args[0]) : 2000;
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 5;
        String[] solvers = (args.length > 2 ? args[2] : "exact,relaxation,interior-point").split(",", -1);
        PrintStream out = System.out;
        out.println(
                "machine   solver          median us     p99 us   worst us  worst/median  solve median us  p99 us  worst us   steps  imbalance");
        for (String machine : MACHINES) {
            for (String solver : solvers) {
                if (ranks(machine) <= MOST_RANKS_OF_INTERIOR_POINT || !solver.equals("interior-point")) {
                    out.println(row(machine, solver, batches, rounds));
                }
            }
        }
    }

    private static int ranks(String machine) {
        return switch (machine) {
            case "cube" -> 8;
            case "torus8x4" -> 32;
            case "eplb64" -> 64;
            default -> 320;
        };
    }

    private static LoadBalancer balancer(String machine, String solver, double[] weight) {
        LoadBalancerBuilder builder = LoadBalancer.builder().solver(solver);
        int ranks = ranks(machine);
        if (machine.startsWith("eplb")) {
            int slots = ranks == 64 ? 320 : 640;
            ExpertPlacement placement = Eplb.place(new double[][] {weight}, slots, 1, 1, ranks)
                    .layers()
                    .get(0);
            return builder.placement(placement).build();
        }
        LoadBalancer balancer = builder.experts(weight.length)
                .ranks(ranks)
                .topology(Topologies.parse(machine))
                .replicas(2)
                .build();
        balancer.updatePlacement(weight);
        return balancer;
    }

    private static String row(String machine, String solver, int batches, int rounds) {
        int experts = machine.startsWith("eplb") ? 256 : 8 * ranks(machine);
        Random random = new Random(20261130);
        double[] weight = new double[experts];
        Arrays.setAll(weight, e -> 512 * Math.exp(random.nextGaussian()));
        int[][] counts = new int[batches][experts];
        for (int b = 0; b < batches; b++) {
            boolean sparse = b % 4 == 3;
            Arrays.setAll(
                    counts[b],
                    e -> sparse
                            ? (random.nextInt(20) == 0 ? 1 + random.nextInt(20) : 0)
                            : (int) Math.round(weight[e] * Math.exp(0.3 * random.nextGaussian())));
        }
        double[] least = new double[batches];
        double[] leastSolve = new double[batches];
        double[] imbalance = new double[batches];
        long steps = 0;
        Arrays.fill(least, Double.POSITIVE_INFINITY);
        Arrays.fill(leastSolve, Double.POSITIVE_INFINITY);
        try (LoadBalancer balancer = balancer(machine, solver, weight)) {
            for (int warm = 0; warm < 40_000; warm++) {
                balancer.plan(counts[warm % batches]);
            }
            for (int k = 0; k < rounds * batches; k++) {
                int b = k % batches;
                long start = System.nanoTime();
                PlanReport report = balancer.plan(counts[b]);
                least[b] = Math.min(least[b], (double) (System.nanoTime() - start));
                leastSolve[b] = Math.min(leastSolve[b], (double) report.solveNanos());
                imbalance[b] = report.imbalance();
                steps += report.iterations();
            }
        }
        Arrays.sort(least);
        Arrays.sort(leastSolve);
        double median = least[batches / 2];
        return String.format(
                Locale.ROOT,
                "%-9s %-15s %9.2f  %9.2f  %9.2f  %12.1f  %15.2f %7.2f %9.2f %7.1f %10.4f",
                machine,
                solver,
                median / 1000,
                least[batches * 99 / 100] / 1000,
                least[batches - 1] / 1000,
                least[batches - 1] / median,
                leastSolve[batches / 2] / 1000,
                leastSolve[batches * 99 / 100] / 1000,
                leastSolve[batches - 1] / 1000,
                (double) steps / (rounds * batches),
                Arrays.stream(imbalance).average().orElse(0));
    }
}
