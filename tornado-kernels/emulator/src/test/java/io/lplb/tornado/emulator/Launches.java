// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

import java.util.concurrent.Callable;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task2;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** How the tests launch kernels: a graph named "g" with tasks named "t", "u", all on one grid. */
final class Launches {
    private Launches() {}

    static GridScheduler grid(int groups, int groupSize) {
        WorkerGrid1D grid = new WorkerGrid1D(groups * groupSize);
        grid.setLocalWork(groupSize, 1, 1);
        GridScheduler scheduler = new GridScheduler("g.t", grid);
        scheduler.addWorkerGrid("g.u", grid);
        return scheduler;
    }

    static void execute(TaskGraph graph, int groups, int groupSize) throws Exception {
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
            plan.withGridScheduler(grid(groups, groupSize)).execute();
        }
    }

    /** Launches a kernel on an array of zeros that is as long as the grid and is copied both ways. */
    static IntArray execute(Task2<KernelContext, IntArray> kernel, int groups, int groupSize) throws Exception {
        IntArray data = new IntArray(groups * groupSize);
        TaskGraph graph = new TaskGraph("g")
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, data)
                .task("t", kernel, new KernelContext(), data)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, data);
        execute(graph, groups, groupSize);
        return data;
    }

    /** Calls with a system property set, and takes it back. */
    static <T> T with(String property, String value, Callable<T> body) throws Exception {
        String before = System.getProperty(property);
        System.setProperty(property, value);
        try {
            return body.call();
        } finally {
            if (before == null) {
                System.clearProperty(property);
            } else {
                System.setProperty(property, before);
            }
        }
    }
}
