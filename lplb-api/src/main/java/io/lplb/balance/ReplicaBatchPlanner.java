// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import io.lplb.replica.ReplicaPlan;
import io.lplb.replica.ReplicaPlanner;
import io.lplb.replica.ReplicaSettings;
import io.lplb.solver.SolveStatus;
import java.util.Arrays;

/**
 * The stations from counts to quotas with replicas chosen per batch.
 *
 * <p>Where copies are kept, a plan starts from the slot table of the plan before. Otherwise it depends on its counts and speeds
 * alone, so that ranks which missed a round agree again in the next.
 */
final class ReplicaBatchPlanner extends PlanStations {
    private static final String NAME = "replicas";

    private final ReplicaPlanner planner;
    private final ReplicaPlan plan;
    private final boolean keepsCopies;
    private final int[] table;
    private final double[] speeds;

    ReplicaBatchPlanner(ReplicaSettings settings, boolean keepsCopies) {
        this(new ReplicaPlanner(settings), new ReplicaPlan(settings), keepsCopies);
    }

    private ReplicaBatchPlanner(ReplicaPlanner planner, ReplicaPlan plan, boolean keepsCopies) {
        super(plan, planner.settings().experts());
        this.planner = planner;
        this.plan = plan;
        this.keepsCopies = keepsCopies;
        table = new int[plan.physicalExperts()];
        plan.copySlotTable(table);
        speeds = new double[planner.settings().ranks()];
        Arrays.fill(speeds, 1);
        findHomes();
    }

    /** Returns the plan in force; overwritten by the next. */
    ReplicaPlan replicaPlan() {
        return plan;
    }

    @Override
    double speed(int rank) {
        return speeds[rank];
    }

    @Override
    void useSpeeds(double[] next) {
        if (!Arrays.equals(speeds, next)) {
            System.arraycopy(next, 0, speeds, 0, speeds.length);
            findHomes();
        }
    }

    @Override
    String solverName() {
        return NAME;
    }

    @Override
    boolean needsAllCounts() {
        return true;
    }

    @Override
    void plan(long[] counts, PlanReport report) {
        long start = System.nanoTime();
        planner.plan(counts, speeds, keepsCopies ? table : null, plan);
        long planned = System.nanoTime();
        plan.copySlotTable(table);
        plan.copyQuotas(replicaQuota);
        findHomes();
        report.solveNanos = planned - start;
        report.tokens = plan.tokens();
        report.maxLoad = plan.maxLoad();
        report.meanLoad = plan.meanLoad();
        report.identityMaxLoad = plan.identityMaxLoad();
        report.splitMaxLoad = plan.maxLoad();
        report.lowerBound = plan.lowerBound();
        report.groups = 1;
        report.iterations = 0;
        // Within the tolerance, or within the token that whole tokens may cost.
        boolean optimal = plan.gap() <= Math.max(1, planner.settings().tolerance() * plan.lowerBound());
        report.groupsNotOptimal = optimal ? 0 : 1;
        report.status = optimal ? SolveStatus.OPTIMAL : SolveStatus.ITERATION_LIMIT;
        report.activeRanks = 0;
        for (int r = 0; r < speeds.length; r++) {
            report.rankLoads[r] = plan.rankLoad(r);
            report.activeRanks += speeds[r] > 0 ? 1 : 0;
        }
        reportUncovered(counts, report);
        report.quotaNanos = System.nanoTime() - planned;
    }

    @Override
    public void close() {
        // Holds nothing outside the heap.
    }
}
