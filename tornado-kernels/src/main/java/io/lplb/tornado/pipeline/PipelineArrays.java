// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.pipeline;

import io.lplb.placement.ExpertPlacement;
import io.lplb.problem.MinMaxProblem;
import io.lplb.problem.PlacementProblem;
import io.lplb.tornado.cuda.DeviceArrays;
import io.lplb.tornado.kernel.pipeline.PipelineLayout;
import io.lplb.tornado.program.PackedLayout;
import io.lplb.tornado.program.PipelineTables;
import io.lplb.tornado.program.ProblemTables;
import io.lplb.tornado.solve.PackedGroups;

/**
 * The arrays of a pipeline on the device, by their addresses; {@link PipelineLayout} draws them. The results for the host lie
 * behind one another, so that one copy takes them: {@code out}, then the pipeline's own {@code physical}.
 */
record PipelineArrays(
        long ids,
        long counts,
        long place,
        long loadTable,
        long strides,
        long loads,
        long speed,
        long quotaTable,
        long plan,
        long slots,
        long out,
        long physical,
        long solverIn,
        long solverTable,
        long solverSpeed,
        long solverOut) {

    /**
     * Takes the arrays of runs of up to {@code tokens} ids.
     *
     * @param allTokens the most ids of all sources
     */
    static PipelineArrays of(
            DeviceArrays device,
            ExpertPlacement placement,
            PlacementProblem problem,
            PipelineTables tables,
            ProblemTables solver,
            int tokens,
            int allTokens) {
        MinMaxProblem shared = problem.problem();
        PackedLayout layout = new PackedLayout(solver);
        int groups = problem.groups();
        int blocks = PipelineLayout.blocks(tokens);
        int summary = PipelineLayout.stampAt(groups, shared.ranks()) + blocks;
        long out = device.zeros((long) summary + tokens);
        return new PipelineArrays(
                device.zeros(tokens),
                device.zeros((long) blocks * (placement.experts() + 1)),
                device.zeros(tokens),
                device.copyOf(tables.loads(layout)),
                device.copyOf(PipelineTables.strides(allTokens)),
                device.zeros((long) groups * (shared.ranks() + shared.items() + 1)),
                device.copyOf((float) shared.totalSpeed()),
                device.copyOf(tables.quotas(layout)),
                device.zeros((long) placement.experts() * tables.width()),
                device.copyOf(tables.slots()),
                out,
                out + (long) Integer.BYTES * summary,
                device.zeros(PackedGroups.inWords(solver.size(), groups)),
                device.copyOf(solver.tableWords()),
                device.copyOf(solver.speeds()),
                device.zeros(PackedGroups.outWords(solver.size(), groups)));
    }
}
