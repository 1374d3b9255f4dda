// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.policy;

import io.lplb.cost.ExpertCost;
import io.lplb.placement.Eplb;
import io.lplb.placement.ExpertPlacement;
import io.lplb.placement.PlacementPlanner;
import io.lplb.placement.PlacementPlannerBuilder;
import io.lplb.topology.ReplicaTopology;
import java.util.Arrays;
import java.util.List;

/**
 * Sizes that every policy gets.
 *
 * @param experts logical experts of a layer
 * @param ranks ranks of the expert-parallel group
 * @param slotsPerRank physical slots on each rank
 * @param copies slots that may hold an expert, at most {@code ranks * slotsPerRank}
 * @param nodes nodes of consecutive ranks
 * @param groups groups of consecutive experts
 * @param topology topology of LPLB and of this library along a topology
 * @param solver solver of this library, by name
 * @param speeds speed of every rank, 0 for one that gets no token; empty for 1 everywhere
 * @param cost cost of a rank's tokens
 */
public record PolicySetup(
        int experts,
        int ranks,
        int slotsPerRank,
        int copies,
        int nodes,
        int groups,
        ReplicaTopology topology,
        String solver,
        List<Double> speeds,
        ExpertCost cost) {

    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException if they do not fit together
     */
    public PolicySetup {
        speeds = List.copyOf(speeds);
        if (ranks < 1 || experts < 1) {
            throw new IllegalArgumentException(
                    "got " + experts + " experts on " + ranks + " ranks, expected at least 1 of each");
        }
        if (nodes < 1 || ranks % nodes != 0) {
            throw new IllegalArgumentException(
                    "nodes: got " + nodes + ", expected a divisor of the " + ranks + " ranks");
        }
        if (groups < 1 || experts % groups != 0) {
            throw new IllegalArgumentException(
                    "groups: got " + groups + ", expected a divisor of the " + experts + " experts");
        }
        if (copies < experts) {
            throw new IllegalArgumentException(
                    "slots: got " + copies + ", expected at least one for each of the " + experts + " experts");
        }
    }

    /** Returns the speed of every rank, {@code [ranks]}. */
    public double[] speedArray() {
        double[] array = new double[ranks];
        Arrays.setAll(array, r -> speeds.isEmpty() ? 1 : speeds.get(r));
        return array;
    }

    /** Returns the number of ranks of a node. */
    public int ranksPerNode() {
        return ranks / nodes;
    }

    /** Returns the slots of a rank that its share of the experts fills, without replicas. */
    public int homeSlots() {
        return Math.ceilDiv(experts, ranks);
    }

    /** Returns the slots of a rank beyond {@link #homeSlots}. */
    public int spareSlots() {
        return slotsPerRank - homeSlots();
    }

    /** Returns the natural placement: consecutive experts on each rank, no replicas. */
    ExpertPlacement natural() {
        int home = homeSlots();
        int[] phy2log = new int[ranks * home];
        Arrays.setAll(phy2log, p -> p < experts ? p : ExpertPlacement.EMPTY);
        return ExpertPlacement.of(ranks, ranks, experts, phy2log);
    }

    /** Returns EPLB's placement of the experts in so many slots. */
    public ExpertPlacement eplb(double[] history, int slots) {
        return Eplb.place(new double[][] {history}, slots, groups, nodes, ranks)
                .layers()
                .get(0);
    }

    /** Returns a planner of this library's placements. */
    public PlacementPlanner planner() {
        PlacementPlannerBuilder builder = unconfined().nodes(nodes).expertGroups(groups);
        double[] speed = speedArray();
        return (Arrays.stream(speed).allMatch(s -> s > 0) ? builder.speeds(speed) : builder).build();
    }

    /** Returns a planner of any placement in these slots, whose bounds hold for all policies. */
    public PlacementPlanner anyPlacement() {
        return unconfined().build();
    }

    private PlacementPlannerBuilder unconfined() {
        PlacementPlannerBuilder builder =
                PlacementPlanner.builder().experts(experts).ranks(ranks);
        return copies == slotsPerRank * ranks
                ? builder.slotsPerRank(slotsPerRank)
                : builder.redundantExperts(copies - experts);
    }

    /** Returns the active ranks of an expert's replicas, in the order of the replicas. */
    static int[] activeRanks(ExpertPlacement placement, int expert, double[] speeds) {
        int[] ranks = new int[placement.replicaCount(expert)];
        int active = 0;
        for (int k = 0; k < ranks.length; k++) {
            int rank = placement.rankOf(placement.slotOf(expert, k));
            if (speeds[rank] > 0) {
                ranks[active++] = rank;
            }
        }
        return Arrays.copyOf(ranks, active);
    }

    /** Returns the active ranks of all experts, {@code [experts][]}. */
    static int[][] activeRanks(ExpertPlacement placement, double[] speeds) {
        int[][] ranks = new int[placement.experts()][];
        Arrays.setAll(ranks, e -> activeRanks(placement, e, speeds));
        return ranks;
    }
}
