// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.program;

import io.lplb.placement.ExpertPlacement;
import io.lplb.problem.MinMaxProblem;
import io.lplb.problem.PlacementProblem;
import io.lplb.tornado.kernel.pipeline.PipelineLayout;
import io.lplb.tornado.kernel.pipeline.PipelineSizes;
import io.lplb.tornado.kernel.pipeline.QuotaTable;

/** Fills {@link PipelineSizes} for a placement, and refuses what the kernels' local memory does not hold. */
public final class RunSizes {
    /** Most rounds of repair; a dozen are usual. A run that needs more keeps a plan that is valid but not the best. */
    private static final int REPAIRS = 256;

    private static final int WARP = 32;

    private RunSizes() {}

    /**
     * Returns the sizes, with 0 for the number of the run.
     *
     * @param width elements of a record of the plan
     * @param tokens the most ids of a run
     * @throws IllegalArgumentException if a number is out of range
     */
    public static int[] of(ExpertPlacement placement, PlacementProblem problem, int width, int tokens) {
        MinMaxProblem shared = problem.problem();
        int experts = placement.experts();
        int groups = problem.groups();
        int ranks = shared.ranks();
        int items = shared.items();
        int entries = shared.entries();
        int replicas = 0;
        for (int e = 0; e < experts; e++) {
            replicas += placement.replicaCount(e);
        }
        int table = QuotaTable.sharedSize(items, entries, ranks, groups, experts, replicas);
        require("tokens", tokens, PipelineSizes.MAX_TOKENS);
        require("experts", experts, PipelineSizes.MAX_EXPERTS);
        require("groups", groups, PipelineSizes.MAX_GROUPS);
        require("ranks of a group", ranks, PipelineSizes.MAX_RANKS);
        require("items of a group", Math.max(items, 1), PipelineSizes.MAX_ITEMS);
        require("entries of a group", Math.max(entries, 1), PipelineSizes.MAX_ENTRIES);
        require("replicas", replicas, PipelineSizes.MAX_REPLICAS);
        require("ranks and items of all groups", groups * (ranks + items), PipelineSizes.MAX_LOADS);
        require("words of the quota table", table, PipelineSizes.MAX_TABLE);
        int[] sizes = new int[PipelineSizes.COUNT];
        sizes[PipelineSizes.TOKENS] = tokens;
        sizes[PipelineSizes.EXPERTS] = experts;
        sizes[PipelineSizes.RANKS] = ranks;
        sizes[PipelineSizes.ITEMS] = items;
        sizes[PipelineSizes.ENTRIES] = entries;
        sizes[PipelineSizes.GROUPS] = groups;
        sizes[PipelineSizes.WIDTH] = width;
        sizes[PipelineSizes.TILE] = 1;
        sizes[PipelineSizes.REPAIRS] = shared.hasUnitSpeeds() ? REPAIRS : 0;
        sizes[PipelineSizes.TABLE] = table;
        sizes[PipelineSizes.PART_BITS] = partBits(experts);
        sizes[PipelineSizes.LANE_BITS] = bits(Math.min(WARP, PipelineSizes.MAX_EXPERTS / groups));
        return sizes;
    }

    /**
     * Adds what a source's kernels read.
     *
     * @param sizes as {@link #of} returned them
     * @param group the sources
     * @throws IllegalArgumentException if the sources have more ids together than a run may have
     */
    public static void addSources(int[] sizes, SourceGroup group) {
        require("ids of a source", sizes[PipelineSizes.TOKENS], PipelineSizes.MAX_TOKENS / group.sources());
        sizes[PipelineSizes.SOURCES] = group.sources();
        sizes[PipelineSizes.SELF] = group.self();
        sizes[PipelineSizes.NODE_SOURCES] = group.perNode();
    }

    /** Returns {@link PipelineSizes#PART_BITS} for a number of experts. */
    static int partBits(int experts) {
        return bits(Math.max(1, PipelineLayout.SUM_THREADS / experts));
    }

    private static int bits(int most) {
        return Integer.SIZE - 1 - Integer.numberOfLeadingZeros(most);
    }

    private static void require(String what, int got, int most) {
        if (got < 1 || got > most) {
            throw new IllegalArgumentException(what + ": got " + got + ", expected 1.." + most);
        }
    }
}
