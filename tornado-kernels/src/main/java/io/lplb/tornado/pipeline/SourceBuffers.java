// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.pipeline;

import io.lplb.placement.ExpertPlacement;
import io.lplb.tornado.kernel.pipeline.SourceLayout;
import io.lplb.tornado.program.PipelineTables;
import io.lplb.tornado.program.SourceGroup;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The arrays of a source beside those of {@link PipelineBuffers}; {@link SourceLayout} draws them.
 *
 * <p>The host writes the rows of the other sources before a run, and the number of the round into each; this source's own row
 * is written on the device.
 */
record SourceBuffers(
        SourceGroup group,
        int experts,
        IntArray all,
        IntArray table,
        IntArray state,
        IntArray signal,
        IntArray scratch,
        IntArray own) {

    static SourceBuffers of(ExpertPlacement placement, PipelineTables tables, SourceGroup group) {
        int experts = placement.experts();
        IntArray state = new IntArray(SourceLayout.STATE);
        IntArray signal = new IntArray(SourceLayout.SIGNAL);
        state.init(0);
        signal.init(0);
        return new SourceBuffers(
                group,
                experts,
                new IntArray(group.sources() * SourceLayout.row(experts)),
                IntArray.fromArray(tables.sources(group)),
                state,
                signal,
                new IntArray((group.sources() + 1 + tables.mostReplicas()) * experts),
                IntArray.fromArray(tables.originals()));
    }

    /**
     * Gives a source's counts for a round.
     *
     * @param counts {@code [experts]}
     * @param round number of the run in which they count, from 1
     */
    void gathered(int source, int[] counts, int round) {
        int row = source * SourceLayout.row(experts);
        for (int e = 0; e < experts; e++) {
            all.set(row + e, counts[e]);
        }
        all.set(row + experts, round);
    }
}
