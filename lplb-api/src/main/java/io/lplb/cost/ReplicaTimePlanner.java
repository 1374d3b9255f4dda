// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cost;

import io.lplb.replica.ReplicaPlan;
import io.lplb.replica.ReplicaPlanner;
import io.lplb.replica.ReplicaSettings;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the replicas of a batch, and their tokens, for the least time of the slowest rank under an {@link ExpertCost}.
 *
 * <ol>
 *   <li>{@link ReplicaPlanner} chooses replicas twice: for the tokens of the batch, and for its whole tiles.
 *   <li>{@link TimePlanner} distributes the tokens of the batch over each of the two choices by time. A replica costs what
 *       the cost says: a tile, an active expert, and {@link ExpertCost#withReplicaCost}.
 *   <li>The faster of the two is the plan. If it gains less than {@link ExpertCost#leastGain()} and
 *       {@link ExpertCost#overheadMicros()} over no replicas, no replica takes tokens.
 * </ol>
 *
 * <p>The lower bound holds for every choice of replicas under the limits of the settings: tiles cannot be spread more evenly
 * than the bound of {@link ReplicaPlanner} on tiles, and a rank with so many tiles takes at least that time.
 *
 * <p>Deterministic. Not thread-safe: an instance is a workspace. Planning allocates nothing.
 */
public final class ReplicaTimePlanner {
    private final ReplicaSettings settings;
    private final ExpertCost cost;
    private final ReplicaPlanner tokenPlanner;
    private final ReplicaPlanner tilePlanner;
    private final ReplicaPlan tokenPlan;
    private final ReplicaPlan tilePlan;
    private final TimePlanner onTokens;
    private final TimePlanner onTiles;
    private final long[] tokenQuota;
    private final long[] tileQuota;
    private final long[] tiles;
    private final double[] unitSpeeds;
    private final long[] fewest;
    private final int[] expert;
    private final long[] taken;
    private TimePlanner chosen;
    private double lowerBound;

    /**
     * A planner.
     *
     * @param settings limits of every plan to come; minimum, cost and tolerance are in tokens
     * @param cost cost of a rank's tokens
     */
    public ReplicaTimePlanner(ReplicaSettings settings, ExpertCost cost) {
        this.settings = settings;
        this.cost = Objects.requireNonNull(cost, "cost");
        tokenPlanner = new ReplicaPlanner(settings);
        tokenPlan = new ReplicaPlan(settings);
        tilePlanner = new ReplicaPlanner(inTiles(settings, cost.tile()));
        tilePlan = new ReplicaPlan(settings);
        onTokens = new TimePlanner(tokenPlan, settings.experts(), settings.ranks(), cost);
        onTiles = new TimePlanner(tilePlan, settings.experts(), settings.ranks(), cost);
        tokenQuota = new long[tokenPlan.capacity()];
        tileQuota = new long[tokenPlan.capacity()];
        fewest = new long[tokenPlan.capacity()];
        tiles = new long[settings.experts()];
        unitSpeeds = new double[settings.ranks()];
        Arrays.fill(unitSpeeds, 1);
        expert = new int[settings.ranks() * settings.spareSlots()];
        taken = new long[expert.length];
        chosen = onTiles;
    }

    private static ReplicaSettings inTiles(ReplicaSettings settings, int tile) {
        ReplicaSettings.Builder builder = ReplicaSettings.builder(settings.homes(), settings.spareSlots())
                .cost(Math.ceilDiv(settings.cost(), tile))
                .maxReplicas(settings.maxReplicas())
                .domain(settings.domain())
                .tolerance(settings.tolerance());
        for (int e = 0; e < settings.experts(); e++) {
            if (!settings.isReplicated(e)) {
                builder.notReplicated(e);
            }
        }
        return builder.build();
    }

    /**
     * Plans a batch.
     *
     * @param counts {@code [experts]}, tokens routed to each expert, not negative
     * @param speeds {@code [ranks]}, speed of every rank relative to the cost's device, 0 for an inactive rank; null for 1
     *     everywhere
     * @param before {@code [physicalExperts]}, expert whose weights every slot holds, -1 for none; null if all spare slots
     *     are empty
     * @param out receives the plan; its loads and bound are in tokens
     * @throws IllegalArgumentException if an input is not as {@link ReplicaPlanner#plan(long[], double[], int[],
     *     ReplicaPlan)} says; {@code out} is unchanged then
     */
    public void plan(long[] counts, double @Nullable [] speeds, int @Nullable [] before, ReplicaPlan out) {
        tokenPlanner.plan(counts, speeds, before, tokenPlan);
        int tile = tile(counts);
        for (int e = 0; e < tiles.length; e++) {
            tiles[e] = Math.ceilDiv(counts[e], tile);
        }
        tilePlanner.plan(tiles, speeds, before, tilePlan);
        double[] speed = speeds == null ? unitSpeeds : speeds;
        findLowerBound(tile, speed);
        tilePlan.copyQuotas(tileQuota);
        onTiles.take(tilePlan, tileQuota, fewest(tilePlan, before));
        onTiles.plan(counts, speed, tileQuota);
        tokenPlan.copyQuotas(tokenQuota);
        onTokens.take(tokenPlan, tokenQuota, fewest(tokenPlan, before));
        onTokens.improve(counts, speed, tokenQuota);
        boolean byTiles = onTiles.time() <= onTokens.time();
        chosen = byTiles ? onTiles : onTokens;
        fillSlots(byTiles ? tilePlan : tokenPlan, byTiles ? tileQuota : tokenQuota);
        tokenPlanner.complete(counts, speeds, before, expert, taken, out);
    }

    /** The tile of the kernel that a rank with the mean number of tokens per slot uses. */
    private int tile(long[] counts) {
        long tokens = 0;
        for (long count : counts) {
            tokens += count;
        }
        return cost.regime(cost.regimeOf(tokens, settings.physicalExperts())).tile();
    }

    private void findLowerBound(int tile, double[] speed) {
        long largest = 0;
        for (long units : tiles) {
            largest = Math.max(largest, units);
        }
        lowerBound = Double.POSITIVE_INFINITY;
        for (double s : speed) {
            if (s > 0) {
                long units = (long) Math.ceil(tilePlan.lowerBound() * s * (1 - 1e-12));
                lowerBound = Math.min(lowerBound, cost.leastMicros(units, tile, settings.slotsPerRank(), largest) / s);
            }
        }
    }

    /** Returns the least number of tokens of every replica, or null where one token is enough. */
    private long @Nullable [] fewest(ReplicaPlan plan, int @Nullable [] before) {
        if (Math.max(settings.minTokens(), settings.cost()) <= 1) {
            return null;
        }
        for (int e = 0; e < tiles.length; e++) {
            for (int k = plan.firstReplica(e); k < plan.firstReplica(e + 1); k++) {
                boolean present = before != null && before[plan.slot(k)] == e;
                fewest[k] = present ? settings.minTokens() : Math.max(settings.minTokens(), settings.cost());
            }
        }
        return fewest;
    }

    private void fillSlots(ReplicaPlan plan, long[] quota) {
        Arrays.fill(taken, 0);
        int perRank = settings.slotsPerRank();
        for (int e = 0; e < tiles.length && chosen.worthIt(); e++) {
            for (int k = plan.firstReplica(e) + 1; k < plan.firstReplica(e + 1); k++) {
                int slot = plan.slot(k);
                int spare = slot / perRank * settings.spareSlots() + slot % perRank - settings.homeSlots();
                expert[spare] = e;
                taken[spare] = quota[k];
            }
        }
    }

    /** {@return the limits of every plan} */
    public ReplicaSettings settings() {
        return settings;
    }

    /** {@return the cost under which this planner plans} */
    public ExpertCost cost() {
        return cost;
    }

    /** {@return the plan of the last batch that levels tokens, with which the plan by time was compared} */
    public ReplicaPlan tokenPlan() {
        return tokenPlan;
    }

    /** {@return a proven lower bound on the time of the slowest rank under any choice of replicas} */
    public double lowerBound() {
        return Math.min(lowerBound, chosen.time());
    }

    /** {@return the predicted time of the slowest rank under the last plan} */
    public double time() {
        return chosen.time();
    }

    /**
     * Writes the figures of the last plan.
     *
     * @param report overwritten
     */
    public void fill(TimeReport report) {
        report.set(chosen, onTokens.tokenPlanTime(), lowerBound());
    }
}
