// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import io.lplb.placement.Coverage;
import io.lplb.placement.ExpertPlacement;
import io.lplb.placement.PlacementChange;
import io.lplb.placement.PlacementChange.Move;
import io.lplb.placement.PlacementPlanner;
import io.lplb.policy.Dispatch;
import io.lplb.policy.Policies;
import io.lplb.policy.Policy;
import io.lplb.policy.PolicySetup;
import io.lplb.policy.SourceTokens;
import io.lplb.policy.Sources;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Replays the batches of one layer against several policies, each with its own placement.
 *
 * <p>Not thread-safe; several layers may be replayed at the same time.
 */
public final class LayerReplay implements AutoCloseable {
    private final PolicySetup setup;
    private final double copyMicros;
    private final SourceTokens sources;
    private final BatchMeter meter;
    private final double[] speeds;
    private final boolean unitSpeeds;
    private final @Nullable PlacementPlanner anyPlacement;
    private final List<Seat> seats = new ArrayList<>();
    private final Map<ExpertPlacement, PlacementOptimum> optima = new HashMap<>();
    private final Dispatch dispatch = new Dispatch();
    private final double[] window;
    private final double[] loads;
    private boolean played;

    /** One policy with its state. */
    private static final class Seat {
        private final Policies kind;
        private final Policy policy;
        private @Nullable ExpertPlacement placement;
        private @Nullable PlacementOptimum optimum;
        private BatchMeter.@Nullable Held held;
        private final long[] rankLoads;
        private @Nullable BatchFigures last;
        private double pendingCopyTime;
        private long networkMoves;
        private long sameRankMoves;
        private int survivedRanks = Integer.MAX_VALUE;
        private int survivedNodes = Integer.MAX_VALUE;

        Seat(Policies kind, Policy policy, int ranks) {
            this.kind = kind;
            this.policy = policy;
            this.rankLoads = new long[ranks];
        }
    }

    /**
     * Replay of one layer.
     *
     * @param copyMicros microseconds for copying the weights of one expert to a rank
     * @param sources where tokens come from; if recorded, {@link #takeSources} comes before every batch
     * @throws IllegalArgumentException if a policy does not fit the sizes
     */
    public LayerReplay(PolicySetup setup, List<Policies> policies, double copyMicros, Sources sources) {
        this.setup = setup;
        this.sources = new SourceTokens(setup, sources);
        this.meter = new BatchMeter(setup, this.sources);
        this.copyMicros = copyMicros;
        this.speeds = setup.speedArray();
        this.unitSpeeds = Arrays.stream(speeds).allMatch(s -> s == 0 || s == 1);
        this.anyPlacement = Arrays.stream(speeds).allMatch(s -> s == 1) ? setup.anyPlacement() : null;
        this.window = new double[setup.experts()];
        this.loads = new double[setup.experts()];
        for (Policies kind : policies) {
            Policy policy = kind.open(setup);
            policy.sources(this.sources);
            seats.add(new Seat(kind, policy, setup.ranks()));
        }
    }

    /** Places the experts by their past loads, {@code [experts]}. */
    public void place(double[] history) {
        optima.clear();
        for (Seat seat : seats) {
            ExpertPlacement before = seat.placement;
            ExpertPlacement placement = seat.policy.place(history);
            if (placement.equals(before)) {
                seat.optimum = optimum(seat.kind, placement);
                continue;
            }
            if (before != null) {
                countMoves(seat, PlacementChange.between(before, placement, setup.ranksPerNode()));
            }
            seat.placement = placement;
            seat.optimum = optimum(seat.kind, placement);
            seat.held = new BatchMeter.Held(placement);
            Coverage coverage = placement.coverage(setup.ranksPerNode());
            seat.survivedRanks = Math.min(seat.survivedRanks, coverage.ranks());
            seat.survivedNodes = Math.min(seat.survivedNodes, coverage.nodes());
        }
        Arrays.fill(window, 0);
    }

    /** Places the experts anew by the batches since the last placement; an expert that had no token counts as one. */
    void update() {
        double[] history = window.clone();
        for (int e = 0; e < history.length; e++) {
            history[e] = Math.max(history[e], 1);
        }
        place(history);
    }

    private @Nullable PlacementOptimum optimum(Policies kind, ExpertPlacement placement) {
        return kind.isPerBatch()
                ? null
                : optima.computeIfAbsent(PlacementOptimum.key(placement), key -> new PlacementOptimum(key, speeds));
    }

    private void countMoves(Seat seat, PlacementChange change) {
        int[] received = new int[setup.ranks()];
        for (Move move : change.moves()) {
            if (move.isNetworkCopy()) {
                received[move.toRank()]++;
            }
        }
        seat.networkMoves += change.networkCopies();
        seat.sameRankMoves += change.sameRankCopies();
        seat.pendingCopyTime = Arrays.stream(received).max().orElse(0) * copyMicros;
    }

    /** Takes the recorded sources of the next batch, see {@link SourceTokens#take}. */
    void takeSources(long[] bySource, int recorded) {
        sources.take(bySource, recorded);
    }

    /** Lets every policy divide a batch; returns whether it had a token. */
    public boolean play(long[] counts) {
        long total = 0;
        for (int e = 0; e < counts.length; e++) {
            loads[e] = counts[e];
            window[e] += counts[e];
            total += counts[e];
        }
        played = total > 0;
        if (!played) {
            return false;
        }
        optima.values().forEach(PlacementOptimum::clear);
        double anyBound = anyPlacement == null ? 0 : anyPlacement.bound(loads) * total / setup.ranks();
        // Exact policies first: they prove the optimum that the others on the same placement are measured by.
        for (Seat seat : seats) {
            if (seat.kind.isExact()) {
                plan(seat, counts, total, anyBound);
            }
        }
        for (Seat seat : seats) {
            if (!seat.kind.isExact()) {
                plan(seat, counts, total, anyBound);
            }
        }
        return true;
    }

    private void plan(Seat seat, long[] counts, long total, double anyBound) {
        BatchMeter.Held held = seat.held;
        if (held == null) {
            throw new IllegalStateException("replay: got a batch before a placement");
        }
        dispatch.clear();
        long start = System.nanoTime();
        boolean accepted = seat.policy.plan(counts, dispatch);
        long nanos = System.nanoTime() - start;
        meter.measure(counts, dispatch, held);
        System.arraycopy(meter.rankLoads(), 0, seat.rankLoads, 0, seat.rankLoads.length);
        double bound = seat.policy.lowerBound();
        if (seat.optimum != null) {
            if (seat.kind.isExact()) {
                seat.optimum.offer(bound);
            }
            bound = seat.optimum.lowerBound(counts);
        }
        double mean = meter.mean();
        double limited = Math.max(seat.kind.keepsSlots() ? anyBound : 0, mean);
        double any = whole(limited);
        seat.last = new BatchFigures(
                meter.max() / mean,
                Double.isNaN(bound) ? bound : (meter.max() - whole(bound)) / mean,
                (meter.max() - any) / mean,
                meter.time(),
                seat.pendingCopyTime + meter.mostReceived() * copyMicros,
                meter.copies(),
                meter.crossNode() / Math.max(1, meter.tokens()),
                nanos,
                accepted,
                total - meter.tokens());
        seat.pendingCopyTime = 0;
    }

    /** Rounds a bound up to whole tokens; with speeds the bound holds as it is. */
    private double whole(double bound) {
        return unitSpeeds ? Math.ceil(bound - 1e-6) : bound;
    }

    /** Returns whether the last batch had a token. */
    public boolean played() {
        return played;
    }

    /** Returns the placement of a policy in force. */
    public ExpertPlacement placement(int policy) {
        ExpertPlacement placement = seats.get(policy).placement;
        if (placement == null) {
            throw new IllegalStateException("replay: got no placement yet");
        }
        return placement;
    }

    /** Returns the figures of a policy on the last batch with a token. */
    public BatchFigures last(int policy) {
        BatchFigures figures = seats.get(policy).last;
        if (figures == null) {
            throw new IllegalStateException("replay: got no batch yet");
        }
        return figures;
    }

    /** Returns the tokens of every rank in the last batch, {@code [ranks]}; overwritten by the next. */
    public long[] rankLoads(int policy) {
        return seats.get(policy).rankLoads;
    }

    /** Returns the figures of the last batch of {@link #play}, which the next leaves as they are. */
    PlayedBatch snapshot() {
        if (!played) {
            return PlayedBatch.EMPTY;
        }
        List<BatchFigures> figures = new ArrayList<>(seats.size());
        List<long[]> loads = new ArrayList<>(seats.size());
        for (int k = 0; k < seats.size(); k++) {
            figures.add(last(k));
            loads.add(rankLoads(k).clone());
        }
        return new PlayedBatch(figures, loads);
    }

    /** Returns the weights that updates moved over the network so far. */
    long networkMoves(int policy) {
        return seats.get(policy).networkMoves;
    }

    /** Returns the weights that updates moved inside ranks so far. */
    long sameRankMoves(int policy) {
        return seats.get(policy).sameRankMoves;
    }

    /** Returns how many ranks may fail with every expert still on another one, under all placements so far. */
    int survivedRanks(int policy) {
        return seats.get(policy).survivedRanks;
    }

    /** Returns how many nodes may fail with every expert still on another one, under all placements so far. */
    int survivedNodes(int policy) {
        return seats.get(policy).survivedNodes;
    }

    @Override
    public void close() {
        seats.forEach(seat -> seat.policy.close());
    }
}
