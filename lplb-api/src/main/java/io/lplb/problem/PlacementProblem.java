// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.problem;

import io.lplb.placement.ExpertPlacement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The min-max problem that an expert placement implies, for any number of replicas per expert.
 *
 * <p>An expert whose slots all lie on one rank is part of that rank's fixed load. The others are split. Experts with the
 * same hosts in the same order form one item, as only their sum matters to the loads; this is how LPLB's "several
 * experts per variable" and any other placement become the same small problem.
 *
 * <p>Each group of ranks (see {@link ExpertPlacement}) is one group of the batch. The groups share one
 * {@link MinMaxProblem}, whose items are the host lists that occur in any of them; a list that a group does not have
 * gets no load there. If the speeds differ between groups, all ranks form a single group.
 *
 * <pre>
 *   counts [experts]  --fill-->  fixed [groups][ranks of a group]   tokens of experts that live on one rank
 *                                load  [groups][items]              tokens of all experts of the item
 * </pre>
 *
 * <p>Immutable, hence safe for use by several threads.
 */
public final class PlacementProblem {
    private final MinMaxProblem problem;
    private final int groups;
    private final int[] groupOf;
    private final int[] itemOf;
    private final int[] rankOf;

    private PlacementProblem(MinMaxProblem problem, int groups, int[] groupOf, int[] itemOf, int[] rankOf) {
        this.problem = problem;
        this.groups = groups;
        this.groupOf = groupOf;
        this.itemOf = itemOf;
        this.rankOf = rankOf;
    }

    /**
     * The problem of a placement.
     *
     * @param placement where every expert and its replicas live
     * @param speed {@code [ranks of the placement]}, null for 1 everywhere
     * @return the problem and where its experts are in it
     * @throws IllegalArgumentException if the number of speeds is wrong or one is not a positive finite number
     */
    public static PlacementProblem of(ExpertPlacement placement, double @Nullable [] speed) {
        return of(placement, speed, false);
    }

    /**
     * The problem of a placement in which every expert is an item of its own, so that its replicas can have limits. An expert on
     * one rank is an item with one host.
     *
     * @param placement where every expert and its replicas live
     * @param speed {@code [ranks of the placement]}, null for 1 everywhere
     * @return the problem and where its experts are in it
     * @throws IllegalArgumentException as for {@link #of(ExpertPlacement, double[])}
     */
    public static PlacementProblem ofExperts(ExpertPlacement placement, double @Nullable [] speed) {
        return of(placement, speed, true);
    }

    private static PlacementProblem of(ExpertPlacement placement, double @Nullable [] speed, boolean itemPerExpert) {
        Objects.requireNonNull(placement, "placement");
        if (speed != null && speed.length != placement.ranks()) {
            throw new IllegalArgumentException(
                    "speed: got length " + speed.length + ", expected " + placement.ranks() + " ranks");
        }
        int groupRanks =
                speed == null || repeats(speed, placement.groupSize()) ? placement.groupSize() : placement.ranks();
        int experts = placement.experts();
        int[] groupOf = new int[experts];
        int[] itemOf = new int[experts];
        int[] rankOf = new int[experts];
        Map<List<Integer>, Integer> itemOfHosts = new LinkedHashMap<>();
        Map<List<Object>, Integer> seen = new HashMap<>();
        for (int e = 0; e < experts; e++) {
            List<Integer> hosts = hostsOf(placement, e, groupRanks);
            groupOf[e] = placement.rankOf(placement.slotOf(e, 0)) / groupRanks;
            rankOf[e] = hosts.get(0);
            if (itemPerExpert) {
                // Groups share items: the k-th expert of a group with these hosts is the k-th such item.
                List<Integer> key = new ArrayList<>(hosts);
                key.add(-1 - seen.merge(List.of(groupOf[e], hosts), 1, Integer::sum));
                itemOf[e] = itemOfHosts.computeIfAbsent(key, h -> itemOfHosts.size());
            } else {
                itemOf[e] = hosts.size() == 1 ? -1 : itemOfHosts.computeIfAbsent(hosts, h -> itemOfHosts.size());
            }
        }
        int[][] hosts = new int[itemOfHosts.size()][];
        itemOfHosts.forEach((list, item) -> hosts[item] =
                list.stream().mapToInt(Integer::intValue).filter(h -> h >= 0).toArray());
        MinMaxProblem problem =
                MinMaxProblem.of(groupRanks, speed == null ? null : Arrays.copyOf(speed, groupRanks), hosts);
        return new PlacementProblem(problem, placement.ranks() / groupRanks, groupOf, itemOf, rankOf);
    }

    private static boolean repeats(double[] speed, int period) {
        for (int r = period; r < speed.length; r++) {
            if (speed[r] != speed[r - period]) {
                return false;
            }
        }
        return true;
    }

    /** The distinct ranks of an expert inside its group, the original's first, the others rising. */
    private static List<Integer> hostsOf(ExpertPlacement placement, int expert, int groupRanks) {
        List<Integer> others = new ArrayList<>();
        int first = placement.rankOf(placement.slotOf(expert, 0)) % groupRanks;
        for (int k = 1; k < placement.replicaCount(expert); k++) {
            int rank = placement.rankOf(placement.slotOf(expert, k)) % groupRanks;
            if (rank != first && !others.contains(rank)) {
                others.add(rank);
            }
        }
        others.sort(null);
        others.add(0, first);
        return others;
    }

    /** {@return the problem that all groups share} */
    public MinMaxProblem problem() {
        return problem;
    }

    /** {@return the number of groups} */
    public int groups() {
        return groups;
    }

    /** {@return the number of experts} */
    public int experts() {
        return itemOf.length;
    }

    /**
     * {@return the group of an expert}
     *
     * @param expert from 0 to {@code experts - 1}
     */
    public int groupOf(int expert) {
        return groupOf[expert];
    }

    /**
     * {@return the item of an expert, or -1 if the expert lives on one rank only}
     *
     * @param expert from 0 to {@code experts - 1}
     */
    public int itemOf(int expert) {
        return itemOf[expert];
    }

    /**
     * Turns token counts into loads.
     *
     * @param counts {@code [experts]}, tokens routed to each expert, not negative
     * @param fixed {@code [groups * ranks]}, overwritten
     * @param load {@code [groups * items]}, overwritten
     * @throws IllegalArgumentException if a length is wrong or a count is negative
     */
    public void fill(long[] counts, long[] fixed, long[] load) {
        requireLength("counts", counts.length, itemOf.length);
        requireLength("fixed", fixed.length, groups * problem.ranks());
        requireLength("load", load.length, groups * problem.items());
        for (int e = 0; e < counts.length; e++) {
            if (counts[e] < 0) {
                throw new IllegalArgumentException(
                        "counts[" + e + "]: got " + counts[e] + ", expected at least 0 tokens");
            }
        }
        Arrays.fill(fixed, 0);
        Arrays.fill(load, 0);
        for (int e = 0; e < counts.length; e++) {
            if (itemOf[e] < 0) {
                fixed[groupOf[e] * problem.ranks() + rankOf[e]] += counts[e];
            } else {
                load[groupOf[e] * problem.items() + itemOf[e]] += counts[e];
            }
        }
    }

    /**
     * Turns token counts into the loads of a batch; allocates, for callers that do not mind.
     *
     * @param counts {@code [experts]}
     * @param batch a batch of this problem with all groups; its loads are overwritten
     */
    public void fill(long[] counts, MinMaxBatch batch) {
        if (!batch.problem().equals(problem)) {
            throw new IllegalArgumentException("batch: got " + batch.problem() + ", expected the placement's " + problem
                    + ", which differs in " + batch.problem().difference(problem));
        }
        if (batch.groups() != groups) {
            throw new IllegalArgumentException("batch: got " + batch.groups() + " groups, expected " + groups);
        }
        long[] fixed = new long[groups * problem.ranks()];
        long[] load = new long[groups * problem.items()];
        fill(counts, fixed, load);
        copy(fixed, batch.fixed());
        copy(load, batch.load());
    }

    /**
     * Copies whole tokens into an array of loads of the same length.
     *
     * @param tokens whole tokens
     * @param to as long as {@code tokens}, overwritten
     */
    public static void copy(long[] tokens, double[] to) {
        for (int k = 0; k < tokens.length; k++) {
            to[k] = tokens[k];
        }
    }

    private static void requireLength(String name, int got, int expected) {
        if (got != expected) {
            throw new IllegalArgumentException(name + ": got length " + got + ", expected " + expected);
        }
    }
}
