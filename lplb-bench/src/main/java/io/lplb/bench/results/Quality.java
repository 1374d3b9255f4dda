// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.results;

/**
 * How good one contender's answers to one stream of problems are.
 *
 * @param solver name as in {@link io.lplb.bench.peer.Contenders}, or {@link #PLAN}
 * @param backend where it ran
 * @param topology machine, as in {@link io.lplb.bench.jmh.BenchProblem}
 * @param load workload by name
 * @param problems how many were given
 * @param failed how many ended without an answer, by the contender's own word
 * @param rejected how many LPLB's algorithm answered with the even split, not trusting its own answer
 * @param gapMean mean of (largest rank load - optimum) / mean load over the answers; NaN without any
 * @param gapMax largest of them
 * @param imbalanceMean mean of tokens of the busiest rank / mean tokens of a rank, shares rounded to whole tokens
 * @param imbalanceMax largest of them
 */
public record Quality(
        String solver,
        String backend,
        String topology,
        String load,
        int problems,
        int failed,
        int rejected,
        double gapMean,
        double gapMax,
        double imbalanceMean,
        double imbalanceMax) {
    /** The name under which this library's whole plan is listed: interior point, rounded and repaired. */
    public static final String PLAN = "plan";
}
