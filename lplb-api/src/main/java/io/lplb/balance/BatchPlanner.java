// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import io.lplb.placement.ExpertPlacement;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.problem.PlacementProblem;
import io.lplb.quota.QuotaRounder;
import io.lplb.quota.ReplicaQuotas;
import io.lplb.route.TokenRouter;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.SplitBatch;
import java.util.Arrays;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * The stations from counts to quotas for one placement, with the arrays between them: Problem, Solver, Split, Quota, and
 * the router that quotas are loaded into. A new placement gets a new planner.
 *
 * <p>Not thread-safe. Planning allocates nothing.
 */
final class BatchPlanner implements AutoCloseable {
    private static final Logger LOG = LogManager.getLogger(BatchPlanner.class);

    private final PlacementProblem placementProblem;
    private final MinMaxProblem problem;
    private final MinMaxSolver solver;
    private final MinMaxBatch batch;
    private final SplitBatch split;
    private final QuotaRounder rounder;
    private final ReplicaQuotas replicas;
    private final TokenRouter router;
    private final long[] fixed;
    private final long[] load;
    private final long[] itemQuota;
    private final long[] replicaQuota;
    private final long[] identityQuota;

    BatchPlanner(ExpertPlacement placement, PlacementProblem placementProblem, MinMaxSolver solver) {
        this.placementProblem = placementProblem;
        this.problem = placementProblem.problem();
        this.solver = solver;
        int groups = placementProblem.groups();
        batch = new MinMaxBatch(problem, groups);
        split = new SplitBatch(problem, groups);
        rounder = new QuotaRounder(problem);
        replicas = new ReplicaQuotas(placement, placementProblem);
        router = new TokenRouter(replicas, placement.experts());
        fixed = new long[groups * problem.ranks()];
        load = new long[groups * problem.items()];
        itemQuota = new long[groups * problem.entries()];
        identityQuota = new long[groups * problem.entries()];
        replicaQuota = new long[replicas.replicas()];
    }

    TokenRouter router() {
        return router;
    }

    String solverName() {
        return solver.name();
    }

    ReplicaQuotas replicas() {
        return replicas;
    }

    /** Returns the last plan's tokens per replica, {@code [replicas]}; overwritten by the next plan. */
    long[] quotas() {
        return replicaQuota;
    }

    /** Plans a batch; the quotas are then to be loaded into the router. */
    void plan(long[] counts, PlanReport report) {
        placementProblem.fill(counts, fixed, load);
        PlacementProblem.copy(fixed, batch.fixed());
        PlacementProblem.copy(load, batch.load());
        long start = System.nanoTime();
        solver.solve(batch, split);
        long solved = System.nanoTime();
        report.solveNanos = solved - start;
        clear(report);
        for (int g = 0; g < batch.groups(); g++) {
            quotas(g, report);
        }
        replicas.distribute(counts, itemQuota, replicaQuota);
        report.quotaNanos = System.nanoTime() - solved;
    }

    private void clear(PlanReport report) {
        report.tokens = 0;
        report.maxLoad = 0;
        report.meanLoad = 0;
        report.identityMaxLoad = 0;
        report.splitMaxLoad = 0;
        report.lowerBound = 0;
        report.groups = batch.groups();
        report.iterations = 0;
        report.groupsNotOptimal = 0;
        report.status = SolveStatus.OPTIMAL;
    }

    private void quotas(int group, PlanReport report) {
        int fixedAt = group * problem.ranks();
        int quotaAt = group * problem.entries();
        identity(group);
        double[] speed = batch.speed();
        rounder.evaluate(fixed, fixedAt, speed, fixedAt, identityQuota, quotaAt);
        report.identityMaxLoad = Math.max(report.identityMaxLoad, rounder.maxLoad());
        rounder.round(load, group * problem.items(), speed, fixedAt, split.share(), quotaAt, itemQuota);
        rounder.repair(fixed, fixedAt, speed, fixedAt, itemQuota, quotaAt);
        rounder.copyRankLoads(report.rankLoads, fixedAt);
        report.maxLoad = Math.max(report.maxLoad, rounder.maxLoad());
        report.splitMaxLoad = Math.max(report.splitMaxLoad, split.maxLoad(group));
        report.lowerBound = Math.max(report.lowerBound, split.lowerBound(group));
        report.iterations += split.iterations(group);
        if (split.status(group) != SolveStatus.OPTIMAL) {
            report.groupsNotOptimal++;
            if (report.status == SolveStatus.OPTIMAL) {
                report.status = split.status(group);
            }
        }
        long tokens = 0;
        for (int r = fixedAt; r < fixedAt + problem.ranks(); r++) {
            tokens += report.rankLoads[r];
        }
        report.tokens += tokens;
        report.meanLoad += batch.meanLoad(group) / batch.groups();
    }

    /** Writes the tokens of each physical slot in the last plan. */
    void copySlotLoads(long[] out) {
        for (int k = 0; k < replicaQuota.length; k++) {
            out[replicas.slot(k)] = replicaQuota[k];
        }
    }

    /** Every token at the original of its expert: the first host of each item. */
    private void identity(int group) {
        int quotaAt = group * problem.entries();
        Arrays.fill(identityQuota, quotaAt, quotaAt + problem.entries(), 0);
        for (int i = 0; i < problem.items(); i++) {
            identityQuota[quotaAt + problem.firstEntry(i)] = load[group * problem.items() + i];
        }
    }

    /** Closes a planner that another has replaced: a solver that cannot be closed is no reason not to plan. */
    void closeQuietly() {
        try {
            close();
        } catch (RuntimeException | Error e) {
            LOG.warn("The solver of the last placement could not be closed. {}", e.toString());
        }
    }

    @Override
    public void close() {
        solver.close();
    }
}
