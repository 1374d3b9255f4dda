// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.graph;

import io.lplb.placement.ExpertPlacement;
import io.lplb.problem.MinMaxProblem;
import io.lplb.problem.PlacementProblem;
import io.lplb.route.TokenRouter;
import io.lplb.tornado.kernel.PipelineLayout;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The arrays that the pipeline's tasks share; {@link PipelineLayout} draws them.
 *
 * @param width elements of a record of {@code plan}
 */
record PipelineBuffers(
        IntArray in,
        IntArray counts,
        IntArray place,
        IntArray loadTable,
        IntArray strides,
        IntArray loads,
        IntArray quotaTable,
        IntArray plan,
        IntArray slots,
        IntArray out,
        int width) {

    /** Arrays for runs of up to {@code tokens} ids, with tables for this stage's buffers. */
    static PipelineBuffers of(ExpertPlacement placement, PlacementProblem problem, int tokens, SolveStage stage) {
        MinMaxProblem shared = problem.problem();
        PipelineTables tables = new PipelineTables(placement, problem);
        int experts = placement.experts();
        int groups = problem.groups();
        int blocks = PipelineLayout.blocks(tokens);
        int width = PipelineLayout.PLAN_BOUND + tables.mostReplicas() - 1;
        return new PipelineBuffers(
                new IntArray(PipelineLayout.IN_HEADER + tokens),
                new IntArray(Math.multiplyExact(blocks, experts + 1)),
                new IntArray(tokens),
                IntArray.fromArray(tables.loads(stage)),
                strides(tokens),
                new IntArray(groups * (shared.ranks() + shared.items() + 1)),
                IntArray.fromArray(tables.quotas(stage)),
                new IntArray(experts * width),
                IntArray.fromArray(tables.slots()),
                new IntArray(PipelineLayout.physicalAt(groups, blocks) + tokens),
                width);
    }

    private static IntArray strides(int tokens) {
        IntArray strides = new IntArray(tokens + 1);
        for (int n = 0; n <= tokens; n++) {
            strides.set(n, TokenRouter.stride(n));
        }
        return strides;
    }
}
