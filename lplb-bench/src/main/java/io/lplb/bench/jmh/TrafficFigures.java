// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.jmh;

import io.lplb.quota.LocalQuotas;
import io.lplb.quota.SourceQuotas;
import java.util.Locale;

/**
 * Prints the tokens between nodes of plans that do not look at sources, of the best plans with the same largest load, and
 * without regard to loads, as a table in Markdown: {@code java -cp lplb-bench/target/benchmarks.jar
 * io.lplb.bench.jmh.TrafficFigures}.
 */
final class TrafficFigures {
    private static final int BATCHES = 101;

    private TrafficFigures() {}

    /** Takes no arguments. */
    public static void main(String[] args) {
        System.out.println("| machine | sources | any plan | LOCALITY | too many | worst batch | loads ignored |");
        System.out.println("|---|---|---|---|---|---|---|");
        for (String machine : BenchProblem.MACHINES) {
            for (String sources : TrafficLoad.SOURCES) {
                System.out.println(row(machine, sources));
            }
        }
    }

    private static String row(String machine, String sources) {
        TrafficLoad load = new TrafficLoad(machine, sources, BATCHES);
        SourceQuotas division = new SourceQuotas(load.replicas, load.placement, load.ranksPerNode);
        LocalQuotas local = new LocalQuotas(load.replicas, load.placement, load.ranksPerNode);
        long[] quota = new long[load.replicas.replicas()];
        double tokens = 0;
        double any = 0;
        double best = 0;
        double unbalanced = 0;
        double worst = 0;
        for (int b = 0; b < BATCHES; b++) {
            division.share(load.counts[b], load.quotas[b], 0, quota);
            local.choose(load.counts[b], load.capacities[b], quota);
            tokens += division.tokens();
            any += division.tokensOffNode();
            best += local.tokensOffNode();
            unbalanced += local.tokensOffNodeUnbalanced();
            worst = Math.max(worst, (double) division.tokensOffNode() / local.tokensOffNode());
        }
        return String.format(
                Locale.ROOT,
                "| %s | %s | %.2f %% | %.2f %% | %.1f %% | %.2f x | %.2f %% |",
                machine,
                sources,
                100 * any / tokens,
                100 * best / tokens,
                100 * (any / best - 1),
                worst,
                100 * unbalanced / tokens);
    }
}
