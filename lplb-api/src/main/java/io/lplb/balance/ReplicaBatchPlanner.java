// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import io.lplb.cost.ExpertCost;
import io.lplb.cost.ReplicaTimePlanner;
import io.lplb.replica.ReplicaPlan;
import io.lplb.replica.ReplicaPlanner;
import io.lplb.replica.ReplicaSettings;
import io.lplb.solver.SolveStatus;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The stations from counts to quotas with replicas chosen per batch, by tokens or by time under a cost.
 *
 * <p>Where copies are kept, a plan starts from the slot table of the plan before. Otherwise it depends on its counts and speeds
 * alone, so that ranks which missed a round agree again in the next.
 */
final class ReplicaBatchPlanner extends PlanStations {
    private static final String NAME = "replicas";

    private final ReplicaSettings settings;
    private final @Nullable ReplicaPlanner byTokens;
    private final @Nullable ReplicaTimePlanner byTime;
    private final ReplicaPlan plan;
    private final boolean keepsCopies;
    private final int[] table;
    private final double[] speeds;

    ReplicaBatchPlanner(ReplicaSettings settings, @Nullable ExpertCost cost, boolean keepsCopies) {
        this(settings, cost, new ReplicaPlan(settings), keepsCopies);
    }

    private ReplicaBatchPlanner(
            ReplicaSettings settings, @Nullable ExpertCost cost, ReplicaPlan plan, boolean keepsCopies) {
        super(plan, settings.experts());
        this.settings = settings;
        byTime = cost == null || cost.countsTokens() ? null : new ReplicaTimePlanner(settings, cost);
        byTokens = byTime == null ? new ReplicaPlanner(settings) : null;
        this.plan = plan;
        this.keepsCopies = keepsCopies;
        table = new int[plan.physicalExperts()];
        plan.copySlotTable(table);
        speeds = new double[settings.ranks()];
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
        int[] before = keepsCopies ? table : null;
        ReplicaPlan levelled = plan;
        if (byTime != null) {
            byTime.plan(counts, speeds, before, plan);
            byTime.fill(report.timeUnder(byTime.cost()));
            levelled = byTime.tokenPlan();
        } else if (byTokens != null) {
            byTokens.plan(counts, speeds, before, plan);
        }
        long planned = System.nanoTime();
        plan.copySlotTable(table);
        plan.copyQuotas(replicaQuota);
        findHomes();
        report.solveNanos = planned - start;
        report.tokens = plan.tokens();
        report.maxLoad = plan.maxLoad();
        report.meanLoad = plan.meanLoad();
        report.identityMaxLoad = plan.identityMaxLoad();
        report.splitMaxLoad = levelled.maxLoad();
        report.lowerBound = levelled.lowerBound();
        report.groups = 1;
        report.iterations = 0;
        // Within the tolerance, or within the token that whole tokens may cost.
        boolean optimal = levelled.gap() <= Math.max(1, settings.tolerance() * levelled.lowerBound());
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
