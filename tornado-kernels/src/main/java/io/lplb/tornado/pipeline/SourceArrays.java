// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.pipeline;

import io.lplb.placement.ExpertPlacement;
import io.lplb.tornado.cuda.DeviceArrays;
import io.lplb.tornado.kernel.pipeline.SourceLayout;
import io.lplb.tornado.program.PipelineTables;
import io.lplb.tornado.program.SourceGroup;

/**
 * The arrays of a source on the device beside those of {@link PipelineArrays}, by their addresses; {@link SourceLayout}
 * draws them.
 *
 * @param rowWords elements of a row of {@code all}
 */
record SourceArrays(
        SourceGroup group, int rowWords, long all, long table, long state, long scratch, long own, long signal) {

    static SourceArrays of(
            DeviceArrays device, ExpertPlacement placement, PipelineTables tables, SourceExchange exchange) {
        SourceGroup group = exchange.group();
        int experts = placement.experts();
        int row = SourceLayout.row(experts);
        return new SourceArrays(
                group,
                row,
                device.zeros((long) group.sources() * row),
                device.copyOf(tables.sources(group)),
                device.zeros(SourceLayout.STATE),
                device.zeros((long) (group.sources() + 1 + tables.mostReplicas()) * experts),
                device.copyOf(tables.originals()),
                exchange.signalArray());
    }

    /** Returns the device address of the first element of all rows. */
    long rows() {
        return all + DeviceArrays.HEADER;
    }

    /** Returns the device address of the first element of this source's row. */
    long ownRow() {
        return rows() + (long) Integer.BYTES * rowWords * group.self();
    }
}
