// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package uk.ac.manchester.tornado.api;

import io.lplb.tornado.emulator.EmulatedPlan;
import io.lplb.tornado.emulator.ExecutionTimes;

/** Result of an execution: its times, and arrays on the device that may be copied back. */
public class TornadoExecutionResult {
    private final EmulatedPlan plan;
    private final TornadoProfilerResult times;

    TornadoExecutionResult(EmulatedPlan plan, ExecutionTimes times) {
        this.plan = plan;
        this.times = new TornadoProfilerResult(times);
    }

    /** Returns the times. */
    public TornadoProfilerResult getProfilerResult() {
        return times;
    }

    /** Copies arrays that were declared UNDER_DEMAND to the host, as they are on the device now. */
    public TornadoExecutionResult transferToHost(Object... objects) {
        plan.copyToHost(objects);
        return this;
    }

    /** Returns true: an execution has ended when it returns. */
    public boolean isReady() {
        return true;
    }
}
