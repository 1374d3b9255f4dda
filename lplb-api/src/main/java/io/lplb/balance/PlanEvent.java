// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

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

    @Label("Lower Bound")
    double lowerBound;

    @Label("Gap")
    double gap;

    @Label("Solve Time")
    @Timespan(Timespan.NANOSECONDS)
    long solveTime;

    @Label("Quota Time")
    @Timespan(Timespan.NANOSECONDS)
    long quotaTime;

    void fill(String solver, PlanReport report) {
        this.solver = solver;
        backend = report.backend();
        recoveries = report.recoveries();
        status = report.status().name();
        groups = report.groups();
        iterations = report.iterations();
        tokens = report.tokens();
        maxLoad = report.maxLoad();
        meanLoad = report.meanLoad();
        lowerBound = report.lowerBound();
        gap = report.gap();
        solveTime = report.solveNanos();
        quotaTime = report.quotaNanos();
    }
}
