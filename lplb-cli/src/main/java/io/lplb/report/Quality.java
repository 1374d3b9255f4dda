// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * How good one contender's answers to one stream of problems are.
 *
 * @param solver name as in the benchmarks say, or {@link #PLAN}
 * @param backend where it ran
 * @param topology machine
 * @param load workload by name
 * @param problems how many were given
 * @param failed how many ended without an answer, by the contender's own word
 * @param rejected how many LPLB's algorithm answered with the even split, not trusting its own answer
 * @param gapMean mean of (largest rank load - optimum) / mean load over the answers; NaN without any
 * @param gapMax largest of them
 * @param imbalanceMean mean of tokens of the busiest rank / mean tokens of a rank, shares rounded to whole tokens
 * @param imbalanceMax largest of them
 * @param gaps how many answers have a gap in each class: up to each of {@link #GAP_CLASSES}, and above; empty in older files
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
        double imbalanceMax,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Integer> gaps) {
    /** The name under which this library's whole plan is listed: interior point, rounded and repaired. */
    public static final String PLAN = "plan";

    /** Upper ends of the classes of gaps, fractions of the mean load. */
    public static final List<Double> GAP_CLASSES = List.of(1e-9, 1e-6, 1e-4, 1e-3, 1e-2, 1e-1);

    /** Copies the list. */
    @SuppressWarnings("NullAway") // Jackson gives null for what older files do not have.
    public Quality {
        gaps = gaps == null ? List.of() : List.copyOf(gaps);
    }
}
