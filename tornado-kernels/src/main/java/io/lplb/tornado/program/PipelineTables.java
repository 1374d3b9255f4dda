// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.program;

import io.lplb.placement.ExpertPlacement;
import io.lplb.problem.MinMaxProblem;
import io.lplb.problem.PlacementProblem;
import io.lplb.quota.ReplicaQuotas;
import io.lplb.route.TokenRouter;
import io.lplb.tornado.kernel.pipeline.CountKernels;
import io.lplb.tornado.kernel.pipeline.PipelineLayout;
import io.lplb.tornado.kernel.pipeline.QuotaTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Tables of a placement for the pipeline's kernels, in integers: which experts make up which load, which
 * entries meet on which rank, which replicas belong to which entry, and which slot a replica is. See {@link
 * CountKernels#sumBlocks} and {@link QuotaTable} for their order.
 *
 * <p>Immutable, hence safe for use by several threads.
 */
public final class PipelineTables {
    private final ExpertPlacement placement;
    private final PlacementProblem problem;
    private final MinMaxProblem shared;
    private final int groups;
    private final int mostReplicas;
    private final List<List<Integer>> fixedOf = new ArrayList<>();
    private final List<List<Integer>> splitOf = new ArrayList<>();

    /** The tables of a placement and its problem. */
    public PipelineTables(ExpertPlacement placement, PlacementProblem problem) {
        this.placement = placement;
        this.problem = problem;
        this.shared = problem.problem();
        this.groups = problem.groups();
        for (int k = 0; k < groups * shared.ranks(); k++) {
            fixedOf.add(new ArrayList<>());
        }
        for (int k = 0; k < groups * shared.items(); k++) {
            splitOf.add(new ArrayList<>());
        }
        // The routing kernel reads a first bound always.
        int most = 2;
        for (int e = 0; e < placement.experts(); e++) {
            most = Math.max(most, placement.replicaCount(e));
            int item = problem.itemOf(e);
            if (item < 0) {
                fixedOf.get(placement.rankOf(placement.slotOf(e, 0))).add(e);
            } else {
                splitOf.get(problem.groupOf(e) * shared.items() + item).add(e);
            }
        }
        mostReplicas = most;
    }

    /** {@return the elements of a record of the plan} */
    public int width() {
        return PipelineLayout.PLAN_BOUND + mostReplicas - 1;
    }

    /** {@return the table of {@link CountKernels#sumBlocks} for a solver's input} */
    public int[] loads(SolveLayout layout) {
        IntList first = new IntList();
        IntList experts = new IntList();
        IntList target = new IntList();
        addLists(fixedOf, first, experts);
        addLists(splitOf, first, experts);
        first.add(experts.size());
        for (int g = 0; g < groups; g++) {
            for (int r = 0; r < shared.ranks(); r++) {
                target.add(layout.fixedAt(g, r));
            }
        }
        for (int g = 0; g < groups; g++) {
            for (int i = 0; i < shared.items(); i++) {
                target.add(layout.loadAt(g, i));
            }
        }
        first.addAll(experts.toArray());
        first.addAll(target.toArray());
        first.add(layout.countAt());
        return first.toArray();
    }

    private static void addLists(List<List<Integer>> lists, IntList first, IntList all) {
        for (List<Integer> list : lists) {
            first.add(all.size());
            list.forEach(all::add);
        }
    }

    /** {@return the table of the quota kernel for a solver's output} */
    public int[] quotas(SolveLayout layout) {
        int entries = shared.entries();
        IntList table = new IntList();
        int[] itemOf = new int[entries];
        for (int i = 0; i < shared.items(); i++) {
            Arrays.fill(itemOf, shared.firstEntry(i), shared.firstEntry(i + 1), i);
        }
        table.addAll(shared.offsets());
        table.addAll(shared.hosts());
        table.addAll(itemOf);
        addRanks(table);
        addExperts(table);
        addReplicas(table);
        for (int g = 0; g < groups; g++) {
            for (int e = 0; e < entries; e++) {
                table.add(layout.shareAt(g, e));
            }
        }
        for (int g = 0; g < groups; g++) {
            table.add(layout.boundAt(g));
            table.add(layout.statusAt(g));
            table.add(layout.threadsAt(g));
        }
        return table.toArray();
    }

    private void addRanks(IntList table) {
        List<List<Integer>> entriesOf = new ArrayList<>();
        for (int r = 0; r < shared.ranks(); r++) {
            entriesOf.add(new ArrayList<>());
        }
        for (int e = 0; e < shared.entries(); e++) {
            entriesOf.get(shared.host(e)).add(e);
        }
        IntList all = new IntList();
        addLists(entriesOf, table, all);
        table.add(all.size());
        table.addAll(all.toArray());
    }

    private void addExperts(IntList table) {
        IntList all = new IntList();
        addLists(splitOf, table, all);
        for (int g = 0; g < groups; g++) {
            table.add(all.size());
            for (int r = 0; r < shared.ranks(); r++) {
                fixedOf.get(g * shared.ranks() + r).forEach(all::add);
            }
        }
        table.add(all.size());
        table.addAll(all.toArray());
    }

    private void addReplicas(IntList table) {
        ReplicaQuotas layout = new ReplicaQuotas(placement, problem);
        for (int e = 0; e <= placement.experts(); e++) {
            table.add(layout.firstReplica(e));
        }
        for (int e = 0; e < placement.experts(); e++) {
            for (int k = 0; k < placement.replicaCount(e); k++) {
                table.add(entryOf(e, placement.rankOf(placement.slotOf(e, k))));
            }
        }
    }

    private int entryOf(int expert, int rank) {
        int item = problem.itemOf(expert);
        if (item < 0) {
            return -1;
        }
        int e = shared.firstEntry(item);
        while (shared.host(e) != rank % shared.ranks()) {
            e++;
        }
        return e;
    }

    /**
     * {@return {@code [experts][mostReplicas]}, the physical slot of every replica, padded with the original's; then the bounds between
     * replicas as {@link io.lplb.tornado.kernel.layout.RoutedLayout} draws them}
     */
    public int[] slots() {
        IntList slots = new IntList();
        IntList firstBound = new IntList();
        IntList expert = new IntList();
        IntList number = new IntList();
        for (int e = 0; e < placement.experts(); e++) {
            firstBound.add(expert.size());
            for (int k = 0; k < mostReplicas; k++) {
                boolean exists = k < placement.replicaCount(e);
                slots.add(placement.slotOf(e, exists ? k : 0));
                if (exists && k > 0) {
                    expert.add(e);
                    number.add(k - 1);
                }
            }
        }
        firstBound.add(expert.size());
        slots.addAll(firstBound.toArray());
        slots.addAll(expert.toArray());
        slots.addAll(number.toArray());
        return slots.toArray();
    }

    /**
     * Returns the table of {@link io.lplb.tornado.kernel.pipeline.SourceKernels#share}: {@code first [experts + 1] | source
     * [replicas] | node [replicas]}.
     */
    public int[] sources(SourceGroup group) {
        IntList table = new IntList();
        IntList source = new IntList();
        IntList node = new IntList();
        for (int e = 0; e < placement.experts(); e++) {
            table.add(source.size());
            for (int k = 0; k < placement.replicaCount(e); k++) {
                int of = group.sourceOf(placement.rankOf(placement.slotOf(e, k)), placement.ranks());
                source.add(of);
                node.add(of / group.perNode());
            }
        }
        table.add(source.size());
        table.addAll(source.toArray());
        table.addAll(node.toArray());
        return table.toArray();
    }

    /** {@return the plan before the first round: every token goes to the original of its expert} */
    public int[] originals() {
        int[] plan = new int[placement.experts() * width()];
        for (int e = 0; e < placement.experts(); e++) {
            Arrays.fill(plan, e * width() + PipelineLayout.PLAN_BOUND, (e + 1) * width(), Integer.MAX_VALUE);
        }
        return plan;
    }

    /** {@return the most replicas of an expert, at least 2} */
    public int mostReplicas() {
        return mostReplicas;
    }

    /** {@return {@code [tokens + 1]}, the stride of every number of tokens of an expert} */
    public static int[] strides(int tokens) {
        int[] strides = new int[tokens + 1];
        Arrays.setAll(strides, TokenRouter::stride);
        return strides;
    }
}
