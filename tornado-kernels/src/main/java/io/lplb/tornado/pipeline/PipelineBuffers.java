// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.pipeline;

import io.lplb.placement.ExpertPlacement;
import io.lplb.problem.MinMaxProblem;
import io.lplb.problem.PlacementProblem;
import io.lplb.tornado.kernel.pipeline.PipelineLayout;
import io.lplb.tornado.program.PipelineTables;
import io.lplb.tornado.program.RunSizes;
import io.lplb.tornado.program.SourceGroup;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The arrays that the pipeline's tasks share; {@link PipelineLayout} draws them.
 */
record PipelineBuffers(
        IntArray sizes,
        IntArray ids,
        IntArray counts,
        IntArray place,
        IntArray loadTable,
        IntArray strides,
        IntArray loads,
        FloatArray speed,
        IntArray quotaTable,
        IntArray plan,
        IntArray slots,
        IntArray out,
        IntArray physical) {

    /** Arrays for runs of up to {@code tokens} ids, with tables for this stage's buffers. */
    static PipelineBuffers of(
            ExpertPlacement placement,
            PlacementProblem problem,
            PipelineTables tables,
            int tokens,
            SolveStage stage,
            @Nullable SourceGroup group) {
        MinMaxProblem shared = problem.problem();
        int[] sizes = RunSizes.of(placement, problem, tables.width(), tokens);
        int allTokens = tokens;
        if (group != null) {
            RunSizes.addSources(sizes, group);
            allTokens *= group.sources();
        }
        int experts = placement.experts();
        int groups = problem.groups();
        int blocks = PipelineLayout.blocks(tokens);
        return new PipelineBuffers(
                IntArray.fromArray(sizes),
                new IntArray(tokens),
                new IntArray(Math.multiplyExact(blocks, experts + 1)),
                new IntArray(tokens),
                IntArray.fromArray(tables.loads(stage)),
                IntArray.fromArray(PipelineTables.strides(allTokens)),
                new IntArray(groups * (shared.ranks() + shared.items() + 1)),
                FloatArray.fromElements((float) shared.totalSpeed()),
                IntArray.fromArray(tables.quotas(stage)),
                new IntArray(experts * tables.width()),
                IntArray.fromArray(tables.slots()),
                new IntArray(PipelineLayout.stampAt(groups, shared.ranks()) + blocks),
                new IntArray(tokens));
    }
}
