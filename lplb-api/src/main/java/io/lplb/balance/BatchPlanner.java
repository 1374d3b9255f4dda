// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import io.lplb.balance.state.TokenLimits;
import io.lplb.cost.ExpertCost;
import io.lplb.cost.TimePlanner;
import io.lplb.placement.ExpertPlacement;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.problem.PlacementProblem;
import io.lplb.quota.LevelQuotas;
import io.lplb.quota.LocalQuotas;
import io.lplb.quota.QuotaRounder;
import io.lplb.quota.ReplicaQuotas;
import io.lplb.quota.SecondObjective;
import io.lplb.solver.BackendGuard;
import io.lplb.solver.ExactSolver;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.SplitBatch;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The stations from counts to quotas for one placement, with the arrays between them: Problem, Solver, Split, Quota. A new
 * placement gets a new planner; speeds and inactive ranks do not need one.
 *
 * <p>Not thread-safe. Planning allocates nothing.
 */
final class BatchPlanner extends PlanStations {
    /** Name of the backend of plans within limits, which kernels do not know. */
    private static final String HOST = "cpu";

    private final MinMaxProblem problem;
    private final MinMaxSolver solver;
    private final MinMaxBatch batch;
    private final SplitBatch split;
    private final boolean solvesInTokens;
    private final QuotaRounder rounder;
    private final ReplicaQuotas replicas;
    private final int[] target;
    private final long[] tokens;
    private final int loadsAt;
    private final long[] itemQuota;
    private final long[] covered;
    private final int[] homeRank;
    private final long[] homeLoad;
    private final @Nullable TimePlanner time;
    private final @Nullable LevelQuotas level;
    private final @Nullable LocalQuotas local;
    private final int[] sources;
    private final long[] capacity;
    private final PlacementLimits limits;
    private int activeRanks;
    private double speedUnit;
    private double unitsOfSpeed;

    BatchPlanner(
            ExpertPlacement placement,
            PlacementProblem placementProblem,
            MinMaxSolver solver,
            @Nullable ExpertCost cost,
            SecondObjective second,
            int ranksPerNode,
            int[] sources,
            TokenLimits limits) {
        this(
                placement,
                placementProblem,
                new ReplicaQuotas(placement, placementProblem),
                solver,
                cost,
                second,
                ranksPerNode,
                sources,
                limits);
    }

    private BatchPlanner(
            ExpertPlacement placement,
            PlacementProblem placementProblem,
            ReplicaQuotas replicas,
            MinMaxSolver solver,
            @Nullable ExpertCost cost,
            SecondObjective second,
            int ranksPerNode,
            int[] sources,
            TokenLimits limits) {
        super(replicas, placement.experts());
        this.replicas = replicas;
        this.problem = placementProblem.problem();
        this.solver = solver;
        int groups = placementProblem.groups();
        batch = new MinMaxBatch(problem, groups);
        split = new SplitBatch(problem, groups);
        solvesInTokens = solver instanceof ExactSolver;
        rounder = new QuotaRounder(problem);
        loadsAt = groups * problem.ranks();
        tokens = new long[loadsAt + groups * problem.items()];
        target = new int[placement.experts()];
        for (int e = 0; e < target.length; e++) {
            int item = placementProblem.itemOf(e);
            target[e] = item < 0
                    ? placement.rankOf(placement.slotOf(e, 0))
                    : loadsAt + placementProblem.groupOf(e) * problem.items() + item;
        }
        itemQuota = new long[groups * problem.entries()];
        covered = new long[placement.experts()];
        homeRank = new int[groups * problem.items()];
        homeLoad = new long[problem.ranks()];
        level = second == SecondObjective.LEVEL ? new LevelQuotas(problem) : null;
        local = second == SecondObjective.LOCALITY ? new LocalQuotas(replicas, placement, ranksPerNode) : null;
        this.sources = sources;
        capacity = new long[placement.ranks()];
        time = cost == null || cost.countsTokens() ? null : new TimePlanner(placement, cost);
        this.limits = new PlacementLimits(limits, placement, placementProblem);
        takeSpeeds();
    }

    @Override
    String solverName() {
        return batch.limits().isSet() ? ExactSolver.NAME : solver.name();
    }

    @Override
    String backendName(BackendGuard guard) {
        return batch.limits().isSet() ? HOST : guard.backendName();
    }

    @Override
    boolean needsAllCounts() {
        return false;
    }

    @Override
    double speed(int rank) {
        return batch.speed()[rank];
    }

    @Override
    void useSpeeds(double[] speeds) {
        if (Arrays.equals(batch.speed(), speeds)) {
            return;
        }
        for (int g = 0; g < batch.groups(); g++) {
            batch.setSpeed(g, speeds, g * problem.ranks());
        }
        takeSpeeds();
    }

    private void takeSpeeds() {
        activeRanks = 0;
        speedUnit = 0;
        for (int g = 0; g < batch.groups(); g++) {
            activeRanks += batch.activeRanks(g);
            speedUnit = Math.max(speedUnit, batch.speedUnit(g));
        }
        unitsOfSpeed = 0;
        for (int g = 0; g < batch.groups(); g++) {
            unitsOfSpeed += batch.unitsOfSpeed(g) * (batch.speedUnit(g) / speedUnit);
            for (int i = 0; i < problem.items(); i++) {
                homeRank[g * problem.items() + i] = firstActiveHost(g, i);
            }
        }
        findHomes();
    }

    /** An item's first host that is active: its original's rank, or the lowest other. Any host if none is. */
    private int firstActiveHost(int group, int item) {
        for (int entry = problem.firstEntry(item); entry < problem.firstEntry(item + 1); entry++) {
            if (batch.speed()[group * problem.ranks() + problem.host(entry)] > 0) {
                return problem.host(entry);
            }
        }
        return problem.host(problem.firstEntry(item));
    }

    @Override
    void plan(long[] counts, PlanReport report) {
        long[] planned = uncoveredExperts() == 0 ? counts : withoutUncovered(counts);
        Arrays.fill(tokens, 0);
        for (int e = 0; e < planned.length; e++) {
            tokens[target[e]] += planned[e];
        }
        copy(0, batch.fixed());
        copy(loadsAt, batch.load());
        limits.apply(batch);
        boolean inTokens = solvesInTokens || batch.limits().isSet();
        long start = System.nanoTime();
        if (!inTokens) {
            solver.solve(batch, split);
        }
        long solved = System.nanoTime();
        report.clear(batch.groups());
        report.solveNanos = solved - start;
        for (int g = 0; g < batch.groups(); g++) {
            quotas(g, inTokens, report);
        }
        if (report.misfitTokens > 0) {
            reportMisfits(planned, report);
        }
        if (local == null) {
            replicas.distribute(planned, itemQuota, replicaQuota);
        } else {
            shortenWays(local, report);
        }
        reportAll(counts, report);
        if (time != null) {
            planTime(time, planned, report);
        }
        report.quotaNanos = System.nanoTime() - start - report.solveNanos;
    }

    /** Replaces the plan that levels tokens by the one with the least time. */
    private void planTime(TimePlanner planner, long[] planned, PlanReport report) {
        planner.improve(planned, batch.speed(), replicaQuota);
        planner.fill(report.timeUnder(planner.cost()));
        report.maxLoad = planner.maxLoad();
        for (int r = 0; r < report.rankLoads.length; r++) {
            report.rankLoads[r] = planner.tokens(r);
        }
    }

    /** Chooses the quotas of replicas anew: the fewest tokens between nodes at the largest load of the plan. */
    private void shortenWays(LocalQuotas quotas, PlanReport report) {
        long start = System.nanoTime();
        for (int r = 0; r < capacity.length; r++) {
            capacity[r] = tokensUpTo(report.maxLoad, batch.speed()[r], report.tokens);
        }
        quotas.choose(sources, capacity, replicaQuota);
        quotas.copyRankLoads(report.rankLoads);
        report.tokensOffNode = quotas.tokensOffNode();
        report.tokensOffNodeUnbalanced = quotas.tokensOffNodeUnbalanced();
        report.secondNanos = System.nanoTime() - start;
    }

    /** Returns the most tokens that a rank can take without exceeding a load, but no more than there are. */
    private static long tokensUpTo(double maxLoad, double speed, long tokens) {
        if (speed == 0) {
            return 0;
        }
        long most = Math.min((long) (speed * maxLoad), tokens);
        while (most > 0 && most / speed > maxLoad) {
            most--;
        }
        while (most < tokens && (most + 1) / speed <= maxLoad) {
            most++;
        }
        return most;
    }

    private void copy(int from, double[] to) {
        for (int k = 0; k < to.length; k++) {
            to[k] = tokens[from + k];
        }
    }

    private long[] withoutUncovered(long[] counts) {
        System.arraycopy(counts, 0, covered, 0, counts.length);
        for (int k = 0; k < uncoveredExperts(); k++) {
            covered[uncovered(k)] = 0;
        }
        return covered;
    }

    private void quotas(int group, boolean inTokens, PlanReport report) {
        int fixedAt = group * problem.ranks();
        int itemsAt = group * problem.items();
        int quotaAt = group * problem.entries();
        double[] speed = batch.speed();
        report.identityMaxLoad = Math.max(report.identityMaxLoad, identityMaxLoad(fixedAt, itemsAt));
        if (inTokens) {
            solveInTokens(group, quotaAt, report);
        } else {
            rounder.round(tokens, loadsAt + itemsAt, speed, fixedAt, split.share(), quotaAt, itemQuota);
            rounder.repair(tokens, fixedAt, speed, fixedAt, itemQuota, quotaAt);
        }
        rounder.copyRankLoads(report.rankLoads, fixedAt);
        if (level != null) {
            long start = System.nanoTime();
            level.level(tokens, speed, fixedAt, itemQuota, quotaAt);
            level.copyRankLoads(report.rankLoads, fixedAt);
            report.secondNanos += System.nanoTime() - start;
        }
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
        for (int r = fixedAt; r < fixedAt + problem.ranks(); r++) {
            report.tokens += report.rankLoads[r];
        }
    }

    /** Solves and repairs in one step: the exact solver's answer is one in whole tokens. */
    private void solveInTokens(int group, int quotaAt, PlanReport report) {
        long start = System.nanoTime();
        rounder.solve(batch, group, itemQuota, quotaAt);
        report.solveNanos += System.nanoTime() - start;
        SolveStatus status = rounder.fits() ? SolveStatus.OPTIMAL : SolveStatus.INFEASIBLE;
        split.report(group, rounder.maxLoad(), rounder.lowerBound(), rounder.steps(), status);
        if (batch.limits().isSet()) {
            report.misfitTokens += limits.takeMisfits(rounder, group);
        }
    }

    /** Reports the ranks and the experts whose tokens have no room within the limits. */
    private void reportMisfits(long[] planned, PlanReport report) {
        for (int r = 0; r < loadsAt; r++) {
            if (limits.misfitsRank(r)) {
                report.misfitRank[report.misfitRanks++] = r;
            }
        }
        for (int e = 0; e < target.length; e++) {
            boolean misfit =
                    target[e] < loadsAt ? limits.misfitsRank(target[e]) : limits.misfitsItem(target[e] - loadsAt);
            if (misfit && planned[e] > 0) {
                report.misfitExpert[report.misfitExperts++] = e;
            }
        }
    }

    /** The largest load of a group if every item's tokens were at its first active host. */
    private double identityMaxLoad(int fixedAt, int itemsAt) {
        System.arraycopy(tokens, fixedAt, homeLoad, 0, homeLoad.length);
        for (int i = 0; i < problem.items(); i++) {
            homeLoad[homeRank[itemsAt + i]] += tokens[loadsAt + itemsAt + i];
        }
        double max = 0;
        for (int r = 0; r < homeLoad.length; r++) {
            if (homeLoad[r] > 0) {
                max = Math.max(max, homeLoad[r] / batch.speed()[fixedAt + r]);
            }
        }
        return max;
    }

    /** Completes a report that has the sums over all groups. */
    private void reportAll(long[] counts, PlanReport report) {
        report.meanLoad = unitsOfSpeed > 0 ? report.tokens / unitsOfSpeed / speedUnit : 0;
        report.activeRanks = activeRanks;
        reportUncovered(counts, report);
    }

    @Override
    public void close() {
        solver.close();
    }
}
