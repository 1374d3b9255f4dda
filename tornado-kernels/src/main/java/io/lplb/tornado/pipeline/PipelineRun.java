// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.pipeline;

import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.engine.cuda.CudaProgram;
import io.lplb.tornado.program.PipelineProgram;

/**
 * A run of the pipeline that may come again: how many ids, from where, to where. It has its own sizes on the device and
 * its own parameters, so that a run of another kind that is still under way is not disturbed.
 */
final class PipelineRun {
    /** Device address of the sizes. */
    final long sizes;

    /** Parameters of the launches. */
    final CudaProgram.Arguments arguments;

    private final PipelineProgram program;
    private long ids;
    private long physical;
    private boolean host;
    private int tokens = -1;
    private int uses;
    private long lastUse;
    private final long[] executables = new long[PipelinePiece.SLOTS];

    PipelineRun(PipelineProgram program, CudaProgram bound, long sizes) {
        this.program = program;
        this.sizes = sizes;
        arguments = bound.arguments();
        arguments.set(program.sizes(), sizes);
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
        arguments.set(program.ids(), newIds);
        arguments.set(program.physical(), newPhysical);
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
