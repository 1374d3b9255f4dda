// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.placement;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A proposed placement with what it costs and gains. Nothing has changed yet: copy the weights in the order of
 * {@link PlacementChange#steps()}, then put the placement in force.
 *
 * @param placement the proposed placement; the old one if no change pays
 * @param change the weights that move
 * @param imbalanceBefore max/mean of the history on the old placement, split exactly
 * @param imbalance max/mean of the history on the proposed placement, split exactly
 * @param bound a lower bound of max/mean for every placement of these sizes
 * @param frontier the balance that was reached with so many copies, by rising copies and falling imbalance; the first
 *     point is the old placement
 */
public record PlacementUpdate(
        ExpertPlacement placement,
        PlacementChange change,
        double imbalanceBefore,
        double imbalance,
        double bound,
        List<Point> frontier) {

    /**
     * A point of the frontier.
     *
     * @param networkCopies weights that cross the network
     * @param imbalance max/mean of the history, split exactly
     * @param bound a lower bound of max/mean for every placement that takes at most so many copies
     */
    public record Point(int networkCopies, double imbalance, double bound) {}

    /**
     * A placement needs no change whose judged max/mean is at most so much larger than that of a new one, if the history
     * itself is balanced as well on it.
     */
    private static final double AS_GOOD = 5e-3;

    private static final double EQUAL = 1e-4;

    /** A placement that was tried, and its mean of max/mean over the judged loads. */
    private record Candidate(ExpertPlacement placement, int copies, double judged, double imbalance) {
        boolean isAsGoodAs(Candidate other) {
            return judged <= other.judged + AS_GOOD && imbalance <= other.imbalance + EQUAL;
        }
    }

    /**
     * Proposes a given placement if it is within the limits and pays, and the old one otherwise.
     *
     * @param old the placement in force
     * @param next another placement of the same experts, ranks and slots
     * @param history {@code [experts]}, past loads in any one unit; finite, not negative
     * @param limits how many copies over the network the change may take, and what they must gain
     * @param ranksPerNode consecutive ranks that share a node
     * @param speed {@code [ranks]}, positive and finite; null for 1 everywhere
     * @return the proposal
     * @throws IllegalArgumentException if sizes, history or speeds are not as said
     */
    public static PlacementUpdate between(
            ExpertPlacement old,
            ExpertPlacement next,
            double[] history,
            MoveLimits limits,
            int ranksPerNode,
            double @Nullable [] speed) {
        int ranks = old.ranks();
        PlacementSizes sizes = new PlacementSizes(
                old.experts(),
                ranks,
                old.slotsPerRank(),
                old.physicalExperts(),
                1,
                ranks % ranksPerNode == 0 ? ranks / ranksPerNode : 1,
                1,
                Sizes.speeds(speed, ranks));
        sizes.requireSameSizes(next);
        Scenarios loads = Scenarios.noisy(sizes.loads("history", history));
        return choose(sizes, old, next, loads, limits, false);
    }

    /** Chooses among the old placement, the steps of a search from it, and a new one under the best names. */
    static PlacementUpdate choose(
            PlacementSizes sizes,
            ExpertPlacement old,
            ExpertPlacement fresh,
            Scenarios loads,
            MoveLimits limits,
            boolean searched) {
        int perNode = sizes.ranksPerNode();
        List<Candidate> candidates = new ArrayList<>();
        candidates.add(candidate(sizes, old, old, loads));
        Candidate anew = candidate(sizes, old, fresh, loads);
        if (anew.copies <= limits.mostNetworkCopies()) {
            candidates.add(anew);
        }
        double price = limits.gainPerCopy();
        PlacementSearch search = new PlacementSearch(sizes, old, loads);
        for (Candidate last = candidates.get(0); searched && !last.isAsGoodAs(anew) && search.improve(limits); ) {
            last = candidate(sizes, old, search.placement(), loads);
            candidates.add(last);
        }
        Candidate best = candidates.get(0);
        for (Candidate one : candidates) {
            if (one.judged + price * one.copies < best.judged + price * best.copies - PlacementSearch.LEAST_GAIN) {
                best = one;
            }
        }
        double bound = PlacementBound.of(sizes, loads.history());
        return new PlacementUpdate(
                best.placement,
                PlacementChange.between(old, best.placement, perNode),
                imbalance(sizes, old, loads.history()),
                imbalance(sizes, best.placement, loads.history()),
                bound,
                frontier(sizes, old, candidates, loads.history(), bound));
    }

    private static Candidate candidate(
            PlacementSizes sizes, ExpertPlacement old, ExpertPlacement next, Scenarios loads) {
        return new Candidate(
                next,
                PlacementChange.between(old, next, sizes.ranksPerNode()).networkCopies(),
                loads.imbalance(ExactSplit.of(next, sizes.speed())),
                imbalance(sizes, next, loads.history()));
    }

    private static double imbalance(PlacementSizes sizes, ExpertPlacement placement, double[] load) {
        return ExactSplit.of(placement, sizes.speed()).bottleneck(load).imbalance();
    }

    private static List<Point> frontier(
            PlacementSizes sizes, ExpertPlacement old, List<Candidate> candidates, double[] load, double bound) {
        List<Candidate> byCopies = new ArrayList<>(candidates);
        byCopies.sort((a, b) -> Integer.compare(a.copies, b.copies));
        BudgetBound budget = new BudgetBound(ExactSplit.of(old, sizes.speed()), old, sizes.speed(), load);
        List<Point> points = new ArrayList<>();
        double lowest = Double.POSITIVE_INFINITY;
        for (Candidate one : byCopies) {
            double imbalance = imbalance(sizes, one.placement, load);
            if (imbalance < lowest) {
                lowest = imbalance;
                points.add(new Point(one.copies, imbalance, Math.max(bound, budget.of(one.copies))));
            }
        }
        return List.copyOf(points);
    }

    /**
     * Bounds max/mean for placements that take at most m copies over the network: of the experts that all lie in a set of
     * ranks, at most m get a host outside. What the others weigh, over the speed of the set, is a bound for every set.
     */
    @SuppressWarnings("ArrayRecordComponent") // Lives for one call inside the package, and is never compared.
    private record BudgetBound(ExactSplit split, ExpertPlacement old, double[] speed, double[] load) {
        private static final int ROUNDS = 4;

        double of(int copies) {
            double most = 0;
            boolean[] set = split.bottleneck(load).ranks();
            for (int round = 0; round < ROUNDS; round++) {
                most = Math.max(most, bound(set, copies));
                set = split.bottleneck(without(set, copies)).ranks();
            }
            for (int r = 0; r < speed.length; r++) {
                boolean[] one = new boolean[speed.length];
                one[r] = true;
                most = Math.max(most, bound(one, copies));
            }
            double mean = Arrays.stream(load).sum() / Arrays.stream(speed).sum();
            return Math.max(1, most / mean * (1 - 1e-12));
        }

        private double bound(boolean[] set, int copies) {
            return split.average(without(set, copies), set);
        }

        /** The loads without those of the heaviest experts inside a set. */
        private double[] without(boolean[] set, int copies) {
            double[] left = load.clone();
            IntStream.range(0, left.length)
                    .filter(e -> ExactSplit.isInside(old.ranksOf(e), set))
                    .boxed()
                    .sorted((a, b) -> Double.compare(load[b], load[a]))
                    .limit(copies)
                    .forEach(e -> left[e] = 0);
            return left;
        }
    }
}
