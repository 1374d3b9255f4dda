// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.placement;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Places the experts of a layer for a balancer that splits every batch exactly. EPLB divides an expert's load evenly over
 * its replicas and packs; an exact splitter needs something else: replicas that let load pass between any two ranks, also
 * when a batch differs from the history.
 *
 * <p>Method:
 *
 * <ol>
 *   <li>copies go to the experts with the largest load / copies^exponent ({@code exponent} at most 1);
 *   <li>the copies of an expert lie on distinct ranks, always where slots allow, and are spread evenly over the nodes;
 *   <li>replicated experts are packed first. A copy goes to a rank that load could not yet reach from the expert's other
 *       ranks, of these to the least loaded: with enough copies all ranks become one connected set;
 *   <li>the other experts follow by falling load, each to the least loaded rank with room;
 *   <li>of several exponents and orders the one with the lowest mean of max/mean is chosen. It is measured by the exact
 *       split of the history and of noisy copies of it, or of recorded batches.
 * </ol>
 *
 * <p>Nothing is drawn by the clock or by threads: all ranks of a group compute the same placement.
 *
 * <p>Immutable, hence safe for use by several threads.
 */
public final class PlacementPlanner {
    /** Exponents of {@link ReplicaCounts} for ranks that replicas connect. */
    private static final double[] EXPONENTS = {0.9, 0.75, 1};

    private final PlacementSizes sizes;

    PlacementPlanner(PlacementSizes sizes) {
        this.sizes = sizes;
    }

    /**
     * Starts the description of a planner.
     *
     * @return a builder
     */
    public static PlacementPlannerBuilder builder() {
        return new PlacementPlannerBuilder();
    }

    /** {@return the number of logical experts} */
    public int experts() {
        return sizes.experts();
    }

    /** {@return the number of ranks} */
    public int ranks() {
        return sizes.ranks();
    }

    /** {@return the number of physical slots on each rank} */
    public int slotsPerRank() {
        return sizes.slotsPerRank();
    }

    /** {@return the number of consecutive ranks that share a node} */
    public int ranksPerNode() {
        return sizes.ranksPerNode();
    }

    PlacementSizes sizes() {
        return sizes;
    }

    /**
     * Places the experts by their past loads.
     *
     * @param history {@code [experts]}, past loads in any one unit; finite, not negative. If all are 0, every expert
     *     counts the same
     * @return the placement; slots that no expert needs are empty
     * @throws IllegalArgumentException if the length is wrong or a load is negative, infinite or not a number
     */
    public ExpertPlacement place(double[] history) {
        double[] load = sizes.loads("history", history);
        return best(load, Scenarios.noisy(load));
    }

    /**
     * Places the experts by recorded batches: the sum of the batches is the history, and the batches judge.
     *
     * @param batches {@code [batches][experts]}, loads in any one unit; finite, not negative
     * @return the placement; slots that no expert needs are empty
     * @throws IllegalArgumentException if there is no batch, a length is wrong or a load is negative, infinite or not a
     *     number
     */
    public ExpertPlacement place(double[][] batches) {
        Objects.requireNonNull(batches, "batches");
        if (batches.length == 0) {
            throw new IllegalArgumentException("batches: got none, expected at least one");
        }
        double[] sum = new double[sizes.experts()];
        double[][] judged = new double[batches.length][];
        double largest = 0;
        for (int k = 0; k < batches.length; k++) {
            Sizes.requireWeights("batches[" + k + "]", batches[k], sizes.experts());
            largest = Math.max(largest, Arrays.stream(batches[k]).max().orElse(0));
        }
        for (int k = 0; k < batches.length; k++) {
            judged[k] = new double[sum.length];
            for (int e = 0; e < sum.length && largest > 0; e++) {
                judged[k][e] = batches[k][e] / largest;
                sum[e] += judged[k][e];
            }
        }
        double[] load = sizes.loads("batches", sum);
        return best(load, Scenarios.of(load, judged));
    }

    /**
     * A lower bound of max/mean for every placement of these sizes and every split.
     *
     * @param history {@code [experts]}, as for {@link #place(double[])}
     * @return at least 1
     * @throws IllegalArgumentException as for {@link #place(double[])}
     */
    public double bound(double[] history) {
        return PlacementBound.of(sizes, sizes.loads("history", history));
    }

    /**
     * Changes a placement for new loads with few weights moved: the best of keeping it, changing it step by step, and
     * placing anew under the names that move least.
     *
     * @param old the placement in force, of the planner's sizes
     * @param history {@code [experts]}, as for {@link #place(double[])}
     * @param limits how many copies over the network the change may take, and what they must gain
     * @return the new placement, which may be the old one, with the moves and the frontier of balance against moves
     * @throws IllegalArgumentException if the placement has other sizes or the history is not as said
     */
    public PlacementUpdate update(ExpertPlacement old, double[] history, MoveLimits limits) {
        sizes.requireSameSizes(old);
        Objects.requireNonNull(limits, "limits");
        double[] load = sizes.loads("history", history);
        Scenarios loads = Scenarios.noisy(load);
        ExpertPlacement fresh = Relabelling.toward(old, best(load, loads), sizes.ranksPerNode(), sizes.speed());
        return PlacementUpdate.choose(sizes, old, fresh, loads, limits, true);
    }

    private ExpertPlacement best(double[] load, Scenarios judged) {
        ExpertPlacement best = null;
        double lowest = Double.POSITIVE_INFINITY;
        for (double exponent : EXPONENTS) {
            ExpertPlacement candidate = pack(load, exponent, true);
            double imbalance = judged.imbalance(ExactSplit.of(candidate, sizes.speed()));
            if (best == null || imbalance < lowest) {
                best = candidate;
                lowest = imbalance;
            }
        }
        ExpertPlacement byShare = pack(load, 1, false);
        double imbalance = judged.imbalance(ExactSplit.of(byShare, sizes.speed()));
        if (best == null || imbalance < lowest) {
            best = byShare;
        }
        return best;
    }

    /** Packs all experts, replicated ones first and connecting ranks, or all by falling load of a copy. */
    private ExpertPlacement pack(double[] load, double exponent, boolean connect) {
        int[] nodeOf = sizes.isConfined() ? nodesOfGroups(load) : null;
        int[] count = counts(load, exponent, nodeOf);
        double[] share = new double[load.length];
        for (int e = 0; e < share.length; e++) {
            share[e] = load[e] / count[e];
        }
        Integer[] order = new Integer[load.length];
        Arrays.setAll(order, e -> e);
        Comparator<Integer> byShare = Comparator.comparingDouble(e -> -share[e]);
        Arrays.sort(
                order,
                connect ? Comparator.comparing((Integer e) -> count[e] == 1).thenComparing(byShare) : byShare);
        List<List<Integer>> byNode = spreadOverNodes(order, count, share, nodeOf);
        int[] place = new int[order.length];
        for (int k = 0; k < order.length; k++) {
            place[order[k]] = k;
        }
        RankSets sets = new RankSets(sizes.ranks());
        int perNode = sizes.ranksPerNode();
        int[] room = new int[perNode];
        Arrays.fill(room, sizes.slotsPerRank());
        int[] firstRank = new int[load.length];
        Arrays.fill(firstRank, -1);
        List<List<Integer>> byRank = new ArrayList<>();
        for (int node = 0; node < sizes.nodes(); node++) {
            int first = node * perNode;
            Bins bins = new Bins(room, Arrays.copyOfRange(sizes.speed(), first, first + perNode), share);
            List<Integer> experts = byNode.get(node);
            experts.sort(Comparator.comparingInt(e -> place[e]));
            for (int e : experts) {
                int other = firstRank[e];
                int rank = first + bins.add(e, b -> connect && other >= 0 && !sets.isConnected(first + b, other));
                if (other < 0) {
                    firstRank[e] = rank;
                } else {
                    sets.connect(rank, other);
                }
            }
            for (int b = 0; b < perNode; b++) {
                byRank.add(bins.content(b));
            }
        }
        return sizes.placement(byRank, firstRank);
    }

    /** Assigns each copy to a node: the only one, the one that the expert's group is confined to, or evenly. */
    private List<List<Integer>> spreadOverNodes(Integer[] order, int[] count, double[] share, int @Nullable [] nodeOf) {
        int[] room = new int[sizes.nodes()];
        Arrays.fill(room, sizes.slotsPerRank() * sizes.ranksPerNode());
        double[] speed = new double[sizes.nodes()];
        for (int r = 0; r < sizes.ranks(); r++) {
            speed[r / sizes.ranksPerNode()] += sizes.speed()[r];
        }
        Bins bins = new Bins(room, speed, share);
        List<List<Integer>> confined = new ArrayList<>();
        for (int node = 0; node < sizes.nodes(); node++) {
            confined.add(new ArrayList<>());
        }
        for (int e : order) {
            for (int k = 0; k < count[e]; k++) {
                if (nodeOf == null) {
                    bins.add(e, node -> false);
                } else {
                    confined.get(nodeOf[e]).add(e);
                }
            }
        }
        if (nodeOf != null) {
            return confined;
        }
        List<List<Integer>> byNode = new ArrayList<>();
        for (int node = 0; node < sizes.nodes(); node++) {
            byNode.add(new ArrayList<>(bins.content(node)));
        }
        return byNode;
    }

    /** Packs the groups of experts to the nodes by falling load and returns the node of each expert. */
    private int[] nodesOfGroups(double[] load) {
        int groups = sizes.groups();
        int groupSize = load.length / groups;
        double[] groupLoad = new double[groups];
        for (int e = 0; e < load.length; e++) {
            groupLoad[e / groupSize] += load[e];
        }
        int[] room = new int[sizes.nodes()];
        Arrays.fill(room, groups / sizes.nodes());
        double[] speed = new double[sizes.nodes()];
        Arrays.fill(speed, 1);
        Bins bins = new Bins(room, speed, groupLoad);
        Integer[] order = new Integer[groups];
        Arrays.setAll(order, g -> g);
        Arrays.sort(order, Comparator.comparingDouble(g -> -groupLoad[g]));
        int[] nodeOf = new int[load.length];
        for (int g : order) {
            int node = bins.add(g, b -> false);
            Arrays.fill(nodeOf, g * groupSize, (g + 1) * groupSize, node);
        }
        return nodeOf;
    }

    private int[] counts(double[] load, double exponent, int @Nullable [] nodeOf) {
        if (nodeOf == null) {
            return ReplicaCounts.of(load, sizes.copies(), sizes.leastCopies(), sizes.ranks(), exponent);
        }
        int[] counts = new int[load.length];
        for (int node = 0; node < sizes.nodes(); node++) {
            int which = node;
            int[] local = IntStream.range(0, load.length)
                    .filter(e -> nodeOf[e] == which)
                    .toArray();
            double[] localLoad = Arrays.stream(local).mapToDouble(e -> load[e]).toArray();
            int copies = sizes.copies() / sizes.nodes() + (node < sizes.copies() % sizes.nodes() ? 1 : 0);
            int[] localCounts =
                    ReplicaCounts.of(localLoad, copies, sizes.leastCopies(), sizes.ranksPerNode(), exponent);
            for (int k = 0; k < local.length; k++) {
                counts[local[k]] = localCounts[k];
            }
        }
        return counts;
    }
}
