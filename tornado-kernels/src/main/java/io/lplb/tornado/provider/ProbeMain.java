// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.provider;

import io.lplb.tornado.engine.tornado.DeviceCode;
import io.lplb.tornado.kernel.ProbeKernel;
import java.io.PrintStream;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The last step of the probe, in a process of its own: loads the driver, compiles a kernel, runs it and compares. Prints
 * {@link #PASSED} and the device's name if all is well; anything else, a crash included, means that it is not.
 */
final class ProbeMain {
    /** Beginning of the line of success. */
    static final String PASSED = "lplb-probe passed: ";

    private static final int WORK_GROUPS = 3;

    private ProbeMain() {}

    /** Runs the probe; takes no arguments. */
    public static void main(String[] arguments) throws TornadoExecutionPlanException {
        run(System.out);
    }

    static void run(PrintStream console) throws TornadoExecutionPlanException {
        DeviceCode.link();
        int size = WORK_GROUPS * ProbeKernel.THREADS;
        IntArray in = new IntArray(size);
        IntArray out = new IntArray(size);
        for (int k = 0; k < size; k++) {
            in.set(k, 7 * k);
        }
        out.init(-1);
        TaskGraph graph = new TaskGraph("probe")
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, in, out)
                .task("mirror", ProbeKernel::mirror, new KernelContext(), in, out)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, out);
        WorkerGrid1D grid = new WorkerGrid1D(size);
        grid.setLocalWork(ProbeKernel.THREADS, 1, 1);
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
            plan.withGridScheduler(new GridScheduler("probe.mirror", grid)).execute();
        }
        for (int k = 0; k < size; k++) {
            int group = k / ProbeKernel.THREADS;
            int mirror = (2 * group + 1) * ProbeKernel.THREADS - 1 - k;
            if (out.get(k) != 7 * mirror + group) {
                console.println("kernel gave " + out.get(k) + " at " + k + ", expected " + (7 * mirror + group));
                return;
            }
        }
        console.println(PASSED
                + TornadoRuntimeProvider.getTornadoRuntime()
                        .getDefaultDevice()
                        .getPhysicalDevice()
                        .getDeviceName());
    }
}
