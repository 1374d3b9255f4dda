// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.report;

import java.util.List;

/**
 * How good one solver's answers to one stream of problems were; numbers that the file does not have are NaN.
 *
 * @param origin name of the run or file that it comes from
 * @param solver with its backend unless that is the CPU
 * @param topology machine by name, may be empty
 * @param load workload by name, may be empty
 * @param problems how many were given
 * @param failed how many ended without an answer
 * @param rejected how many answers the solver itself refused
 * @param gapMean mean gap to the optimum over the mean load
 * @param gapMax largest gap
 * @param imbalanceMean mean of busiest rank / mean load after rounding to tokens
 * @param imbalanceMax largest of them
 * @param gaps problems in each class of gaps, see {@link io.lplb.report.Quality}; may be empty
 */
record QualityResult(
        String origin,
        String solver,
        String topology,
        String load,
        double problems,
        double failed,
        double rejected,
        double gapMean,
        double gapMax,
        double imbalanceMean,
        double imbalanceMax,
        List<Long> gaps) {}
