// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import io.lplb.solver.SolveStatus;
import java.util.Arrays;

/**
 * What the last plan achieved. A view that its {@link LoadBalancer} overwrites with every plan, so that planning
 * allocates nothing; {@link #copy()} keeps one. Loads are tokens / speed, tokens where speeds are 1.
 *
 * <p>Not thread-safe, like its balancer.
 */
public final class PlanReport {
    final long[] rankLoads;
    long tokens;
    double maxLoad;
    double meanLoad;
    double identityMaxLoad;
    double splitMaxLoad;
    double lowerBound;
    int groups;
    int iterations;
    int groupsNotOptimal;
    SolveStatus status = SolveStatus.INVALID;
    long solveNanos;
    long quotaNanos;
    String backend = "";
    int recoveries;

    PlanReport(int ranks) {
        rankLoads = new long[ranks];
    }

    /** Returns a copy that later plans leave alone. */
    public PlanReport copy() {
        PlanReport copy = new PlanReport(rankLoads.length);
        System.arraycopy(rankLoads, 0, copy.rankLoads, 0, rankLoads.length);
        copy.tokens = tokens;
        copy.maxLoad = maxLoad;
        copy.meanLoad = meanLoad;
        copy.identityMaxLoad = identityMaxLoad;
        copy.splitMaxLoad = splitMaxLoad;
        copy.lowerBound = lowerBound;
        copy.groups = groups;
        copy.iterations = iterations;
        copy.groupsNotOptimal = groupsNotOptimal;
        copy.status = status;
        copy.solveNanos = solveNanos;
        copy.quotaNanos = quotaNanos;
        copy.backend = backend;
        copy.recoveries = recoveries;
        return copy;
    }

    /** Returns the tokens of the batch over all sources. */
    public long tokens() {
        return tokens;
    }

    /** Returns the largest load of a rank under the plan, in whole tokens / speed. */
    public double maxLoad() {
        return maxLoad;
    }

    /** Returns the mean load, all tokens / all speeds. */
    public double meanLoad() {
        return meanLoad;
    }

    /** Returns {@code maxLoad / meanLoad}, at least 1 up to rounding; 1 for a batch without tokens. */
    public double imbalance() {
        return meanLoad > 0 ? maxLoad / meanLoad : 1;
    }

    /** Returns the largest load if every token stayed at the original of its expert. The plan is never worse. */
    public double identityMaxLoad() {
        return identityMaxLoad;
    }

    /** Returns the largest load of the solver's split, before rounding to whole tokens. */
    public double splitMaxLoad() {
        return splitMaxLoad;
    }

    /** Returns a proven lower bound on the largest load of any split, in fractions of tokens. */
    public double lowerBound() {
        return lowerBound;
    }

    /** Returns {@code splitMaxLoad - lowerBound}: how far from optimal the solver's split can be. */
    public double gap() {
        return splitMaxLoad - lowerBound;
    }

    /** Returns the number of groups solved. */
    public int groups() {
        return groups;
    }

    /** Returns the iterations of all groups together. */
    public int iterations() {
        return iterations;
    }

    /** Returns how many groups the solver ended with another status than OPTIMAL. */
    public int groupsNotOptimal() {
        return groupsNotOptimal;
    }

    /** Returns OPTIMAL if all groups were, otherwise the status of the first group that was not. */
    public SolveStatus status() {
        return status;
    }

    /** Returns the time of the solve in nanoseconds. */
    public long solveNanos() {
        return solveNanos;
    }

    /** Returns the time of rounding and distributing quotas in nanoseconds. */
    public long quotaNanos() {
        return quotaNanos;
    }

    /** Returns the backend that solved this plan's problem: {@code cpu} or {@code gpu}. */
    public String backend() {
        return backend;
    }

    /** Returns how often the balancer's backend has failed and the CPU has taken over, up to this plan: 0 or 1. */
    public int recoveries() {
        return recoveries;
    }

    /** Returns the number of tokens that the plan sends to a rank. */
    public long rankLoad(int rank) {
        return rankLoads[rank];
    }

    /** Returns a copy of the tokens that the plan sends to each rank, {@code [ranks]}. */
    public long[] rankLoads() {
        return rankLoads.clone();
    }

    @Override
    public String toString() {
        return "PlanReport[tokens=" + tokens + ", maxLoad=" + maxLoad + ", meanLoad=" + meanLoad + ", identityMaxLoad="
                + identityMaxLoad + ", lowerBound=" + lowerBound + ", status=" + status + ", rankLoads="
                + Arrays.toString(rankLoads) + "]";
    }
}
