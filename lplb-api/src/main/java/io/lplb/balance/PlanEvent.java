// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import io.lplb.cost.TimeReport;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** One Flight Recorder event per plan. */
@Name("io.lplb.Plan")
@Label("Plan")
@Category("LPLB")
@Description("One batch planned: counts exchanged, split solved, quotas made")
@StackTrace(false)
final class PlanEvent extends Event {
    @Label("Balancer")
    String balancer = "";

    @Label("Layer")
    int layer;

    @Label("Solver")
    String solver = "";

    @Label("Backend")
    String backend = "";

    @Label("Recoveries")
    @Description("How often the CPU has taken over from a backend that failed")
    int recoveries;

    @Label("Status")
    String status = "";

    @Label("Groups")
    int groups;

    @Label("Iterations")
    int iterations;

    @Label("Tokens")
    long tokens;

    @Label("Largest Load")
    double maxLoad;

    @Label("Mean Load")
    double meanLoad;

    @Label("Imbalance")
    @Description("Largest load / mean load")
    double imbalance;

    @Label("Identity Load")
    @Description("Largest load if every token stayed at the original of its expert, or at the next active replica")
    double identityMaxLoad;

    @Label("Lower Bound")
    double lowerBound;

    @Label("Gap")
    double gap;

    @Label("Active Ranks")
    int activeRanks;

    @Label("Uncovered Experts")
    @Description("Experts all of whose ranks are inactive")
    int uncoveredExperts;

    @Label("Uncovered Tokens")
    @Description("Tokens of uncovered experts, which are routed to no slot")
    long uncoveredTokens;

    @Label("Solve Time")
    @Timespan(Timespan.NANOSECONDS)
    long solveTime;

    @Label("Quota Time")
    @Timespan(Timespan.NANOSECONDS)
    long quotaTime;

    @Label("Time As Placed")
    @Description("Predicted time with every token at its original, in microseconds; 0 without a cost")
    double timeAsPlaced;

    @Label("Time By Tokens")
    @Description("Predicted time of the plan that levels tokens, in microseconds; 0 without a cost")
    double timeByTokens;

    @Label("Predicted Time")
    @Description("Predicted time of the plan, in microseconds; 0 without a cost")
    double predictedTime;

    @Label("Time Lower Bound")
    @Description("Proven lower bound on the predicted time of any plan, in microseconds; 0 without a cost")
    double timeLowerBound;

    @Label("Worth It")
    @Description("Whether the plan gains more than its overhead; false without a cost")
    boolean worthIt;

    void fill(String solver, PlanReport report) {
        this.solver = solver;
        balancer = report.name();
        layer = report.layer();
        backend = report.backend();
        recoveries = report.recoveries();
        status = report.status().name();
        groups = report.groups();
        iterations = report.iterations();
        tokens = report.tokens();
        maxLoad = report.maxLoad();
        meanLoad = report.meanLoad();
        imbalance = report.imbalance();
        identityMaxLoad = report.identityMaxLoad();
        lowerBound = report.lowerBound();
        gap = report.splitGap();
        activeRanks = report.activeRanks();
        uncoveredExperts = report.uncoveredExperts();
        uncoveredTokens = report.uncoveredTokens();
        solveTime = report.solveNanos();
        quotaTime = report.quotaNanos();
        TimeReport time = report.time();
        if (time != null) {
            timeAsPlaced = time.asPlaced();
            timeByTokens = time.byTokens();
            predictedTime = time.predicted();
            timeLowerBound = time.lowerBound();
            worthIt = time.worthIt();
        }
    }
}
