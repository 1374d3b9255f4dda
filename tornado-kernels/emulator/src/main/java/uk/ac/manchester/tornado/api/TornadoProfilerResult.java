// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package uk.ac.manchester.tornado.api;

import io.lplb.tornado.emulator.ExecutionTimes;

/** Times of one execution in nanoseconds, of the emulator and hence of no meaning for a GPU; and bytes copied. */
public class TornadoProfilerResult {
    private final ExecutionTimes times;

    TornadoProfilerResult(ExecutionTimes times) {
        this.times = times;
    }

    /** Returns the time of the whole execution. */
    public long getTotalTime() {
        return times.total();
    }

    /** Returns the time of the kernels. */
    public long getDeviceKernelTime() {
        return times.kernels();
    }

    /** Returns the time of all copies. */
    public long getDataTransfersTime() {
        return times.copyIn() + times.copyOut();
    }

    /** Returns the time of copies to the device. */
    public long getDeviceWriteTime() {
        return times.copyIn();
    }

    /** Returns the time of copies to the host. */
    public long getDeviceReadTime() {
        return times.copyOut();
    }

    /** Returns the time of loading kernels. */
    public long getCompileTime() {
        return times.compilation();
    }

    /** Returns the bytes copied to the device. */
    public long getTotalBytesCopyIn() {
        return times.bytesIn();
    }

    /** Returns the bytes copied to the host. */
    public long getTotalBytesCopyOut() {
        return times.bytesOut();
    }
}
