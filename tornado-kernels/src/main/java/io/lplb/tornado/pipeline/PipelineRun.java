// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.pipeline;

import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.KernelParameters;
import io.lplb.tornado.ptx.PipelineStation;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * A run of the pipeline that may come again: how many ids, from where, to where. It has its own sizes on the device and
 * its own parameters, so that a run of another kind that is still under way is not disturbed.
 */
final class PipelineRun {
    private static final int COUNT_IDS = 1;
    private static final int ROUTE_IDS = 1;
    private static final int ROUTE_PHYSICAL = 7;

    /** Device address of the sizes. */
    final long sizes;

    final KernelParameters count;
    final KernelParameters sum;
    final KernelParameters quota;
    final KernelParameters route;

    /** What a source has between counting and routing; null where one sees all tokens. */
    final SourceStage.@Nullable Parameters source;

    private long ids;
    private long physical;
    private boolean host;
    private int tokens;
    private int uses;
    private long lastUse;
    private final long[] executables = new long[PipelinePiece.SLOTS];

    PipelineRun(Arena arena, PipelineArrays a, long sizes, @Nullable SourceStage stage) {
        this.sizes = sizes;
        source = stage == null ? null : stage.parameters(arena, a, sizes);
        long plan = stage == null ? a.plan() : stage.plan();
        tokens = -1;
        count = parameters(arena, PipelineStation.COUNT, sizes, 0, a.counts(), a.place());
        sum = parameters(
                arena,
                PipelineStation.SUM,
                sizes,
                a.counts(),
                a.loadTable(),
                a.strides(),
                a.loads(),
                a.solverIn(),
                a.speed(),
                a.plan(),
                a.out());
        quota = parameters(
                arena,
                PipelineStation.QUOTA,
                sizes,
                a.quotaTable(),
                a.solverOut(),
                a.loads(),
                a.speed(),
                a.plan(),
                a.out());
        route = parameters(arena, PipelineStation.ROUTE, sizes, 0, a.counts(), a.place(), plan, a.slots(), a.out(), 0);
    }

    private static KernelParameters parameters(Arena arena, PipelineStation station, long... arrays) {
        return new KernelParameters(arena, station.parameters(), arrays);
    }

    boolean is(long wantedIds, long wantedPhysical, int wantedTokens, boolean wantedHost) {
        return tokens == wantedTokens && ids == wantedIds && physical == wantedPhysical && host == wantedHost;
    }

    /** Makes this another run; returns whether the sizes on the device must be changed. */
    boolean become(long newIds, long newPhysical, int newTokens, boolean newHost) {
        boolean changed = tokens != newTokens;
        ids = newIds;
        physical = newPhysical;
        tokens = newTokens;
        host = newHost;
        uses = 0;
        count.set(COUNT_IDS, newIds);
        route.set(ROUTE_IDS, newIds);
        route.set(ROUTE_PHYSICAL, newPhysical);
        return changed;
    }

    /** Forgets what it was, as its sizes on the device may not be what they should. */
    void forget() {
        tokens = -1;
    }

    int tokens() {
        return tokens;
    }

    /** Whether ids and results are copied from and to the host. */
    boolean isHost() {
        return host;
    }

    /** Notes a use. */
    void use(long now) {
        lastUse = now;
        uses++;
    }

    /** Returns how often it was used. */
    int uses() {
        return uses;
    }

    long lastUse() {
        return lastUse;
    }

    /** Returns the recorded graph of a piece, 0 if there is none. */
    long executable(PipelinePiece piece) {
        return executables[piece.slot()];
    }

    void executable(PipelinePiece piece, long graph) {
        executables[piece.slot()] = graph;
    }

    /** Frees the graphs. */
    void forgetRecordings(CudaDriver driver) {
        for (int k = 0; k < executables.length; k++) {
            long executable = executables[k];
            if (executable != 0) {
                executables[k] = 0;
                driver.destroyExecutable(executable);
            }
        }
    }
}
