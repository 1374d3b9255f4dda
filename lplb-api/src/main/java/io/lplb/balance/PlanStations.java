// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import io.lplb.quota.ReplicaLayout;
import io.lplb.route.TokenRouter;
import io.lplb.solver.BackendGuard;
import java.util.Arrays;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * The stations from counts to quotas, and the router that quotas are loaded into; on a placement ({@link BatchPlanner}) or
 * with replicas chosen per batch ({@link ReplicaBatchPlanner}).
 *
 * <p>An expert all of whose ranks are inactive is uncovered: it takes part in a plan with 0 tokens.
 *
 * <p>Not thread-safe. Planning allocates nothing.
 */
abstract class PlanStations implements AutoCloseable {
    /** Tokens of every replica in the last plan, {@code [capacity]}. */
    final long[] replicaQuota;

    private final ReplicaLayout replicas;
    private final TokenRouter router;
    private final long[] activeQuota;
    private final int[] home;
    private final int[] uncovered;
    private int uncoveredExperts;

    PlanStations(ReplicaLayout replicas, int experts) {
        this.replicas = replicas;
        router = new TokenRouter(replicas, experts);
        replicaQuota = new long[replicas.capacity()];
        activeQuota = new long[replicas.capacity()];
        home = new int[experts];
        uncovered = new int[experts];
    }

    final TokenRouter router() {
        return router;
    }

    final ReplicaLayout replicas() {
        return replicas;
    }

    /** Returns the last plan's tokens per replica, {@code [capacity]}; overwritten by the next plan. */
    final long[] quotas() {
        return replicaQuota;
    }

    /**
     * Returns for each expert the replica, counted among its own, that takes tokens without a quota: the original or, where
     * that is on an inactive rank, the active replica of the lowest rank; -1 for an uncovered expert.
     */
    final int[] home() {
        return home;
    }

    final int uncoveredExperts() {
        return uncoveredExperts;
    }

    /** Writes the uncovered experts, rising, to the beginning of an array. */
    final void copyUncovered(int[] to) {
        System.arraycopy(uncovered, 0, to, 0, uncoveredExperts);
    }

    final int uncovered(int k) {
        return uncovered[k];
    }

    /** Returns the speed of a rank in plans from now on, 0 if it is inactive. */
    abstract double speed(int rank);

    /**
     * Takes speeds for plans from now on.
     *
     * @param speeds {@code [ranks]}, 0 for an inactive rank
     */
    abstract void useSpeeds(double[] speeds);

    abstract String solverName();

    /** Returns the backend that solved the last plan. */
    String backendName(BackendGuard guard) {
        return guard.backendName();
    }

    /** Returns whether a plan needs the counts of all ranks, so that no rank plans without some. */
    abstract boolean needsAllCounts();

    /**
     * Plans a batch; the quotas are then to be loaded into the router.
     *
     * @param counts {@code [experts]}, not negative, which the caller has checked
     */
    abstract void plan(long[] counts, PlanReport report);

    /** Finds the replica of every expert that takes tokens without a quota, and the uncovered experts. */
    final void findHomes() {
        uncoveredExperts = 0;
        for (int e = 0; e < home.length; e++) {
            home[e] = homeReplica(e);
            if (home[e] < 0) {
                uncovered[uncoveredExperts++] = e;
            }
        }
    }

    private int homeReplica(int expert) {
        int first = replicas.firstReplica(expert);
        int best = -1;
        for (int k = first; k < replicas.firstReplica(expert + 1); k++) {
            if (isActive(k)) {
                if (k == first) {
                    return 0;
                }
                if (best < 0 || rankOf(k) < rankOf(best)) {
                    best = k;
                }
            }
        }
        return best < 0 ? -1 : best - first;
    }

    private boolean isActive(int replica) {
        return speed(rankOf(replica)) > 0;
    }

    private int rankOf(int replica) {
        return replicas.rankOf(replicas.slot(replica));
    }

    /**
     * Loads the router with the last plan once more, without the replicas on ranks that are inactive by now. An expert that
     * is left without tokens in a row goes by the last plan's quotas, and without any by its home.
     *
     * @param row tokens per replica, {@code [capacity]}
     * @param planned whether there is a last plan; otherwise all tokens go home
     * @param before as {@link TokenRouter#load(long[], long[])} takes it
     */
    final void loadActive(long[] row, boolean planned, long[] before) {
        Arrays.fill(activeQuota, 0);
        for (int e = 0; planned && e < home.length; e++) {
            if (!copyActive(row, e)) {
                copyActive(replicaQuota, e);
            }
        }
        router.load(activeQuota, before, home);
    }

    /** Copies the quotas of an expert's active replicas; returns whether there are any tokens. */
    private boolean copyActive(long[] quotas, int expert) {
        long tokens = 0;
        for (int k = replicas.firstReplica(expert); k < replicas.firstReplica(expert + 1); k++) {
            activeQuota[k] = isActive(k) ? quotas[k] : 0;
            tokens += activeQuota[k];
        }
        return tokens > 0;
    }

    /** Reports the uncovered experts and adds their tokens. */
    final void reportUncovered(long[] counts, PlanReport report) {
        report.uncoveredExperts = uncoveredExperts;
        report.uncoveredTokens = 0;
        for (int k = 0; k < uncoveredExperts; k++) {
            report.uncovered[k] = uncovered[k];
            report.uncoveredTokens += counts[uncovered[k]];
        }
        report.tokens += report.uncoveredTokens;
    }

    /** Writes the tokens of each physical slot in the last plan; a slot without a replica has none. */
    final void copySlotLoads(long[] out) {
        Arrays.fill(out, 0);
        int end = replicas.firstReplica(home.length);
        for (int k = 0; k < end; k++) {
            out[replicas.slot(k)] = replicaQuota[k];
        }
    }

    /**
     * Closes stations that others have replaced. A solver that cannot be closed is logged.
     *
     * @param prefix name of the balancer before the message
     */
    final void closeQuietly(String prefix) {
        try {
            close();
        } catch (RuntimeException | Error e) {
            Log.LOG.warn("{}The solver of the last placement could not be closed. {}", prefix, e.toString());
        }
    }

    @Override
    public abstract void close();

    /** Opened by the first message: without a logging provider, Log4j complains when it is opened. */
    private static final class Log {
        static final Logger LOG = LogManager.getLogger(BatchPlanner.class);
    }
}
