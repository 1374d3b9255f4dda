// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

/** Adds up what an execution spends its time on, in nanoseconds. */
final class ExecutionClock {
    private final long start = System.nanoTime();
    private long compilation;
    private long kernels;
    private long copyIn;
    private long copyOut;
    private long bytesIn;
    private long bytesOut;

    void compiled(long since) {
        compilation += System.nanoTime() - since;
    }

    void ran(long since) {
        kernels += System.nanoTime() - since;
    }

    void copiedIn(long since, long bytes) {
        copyIn += System.nanoTime() - since;
        bytesIn += bytes;
    }

    void copiedOut(long since, long bytes) {
        copyOut += System.nanoTime() - since;
        bytesOut += bytes;
    }

    ExecutionTimes times() {
        return new ExecutionTimes(System.nanoTime() - start, compilation, kernels, copyIn, copyOut, bytesIn, bytesOut);
    }
}
