// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

import java.util.Arrays;
import uk.ac.manchester.tornado.api.WorkerGrid;

/** Work-groups of a launch and the threads of each, after the checks that a GPU would not make. */
record GridSize(int groups, int groupSize) {
    /**
     * Reads a grid.
     *
     * @throws EmulatorException if it is not a one-dimensional grid of whole work-groups
     */
    static GridSize of(String kernel, WorkerGrid grid) {
        long[] local = grid.getLocalWork();
        if (local == null) {
            throw EmulatorException.launch(kernel, "the grid has no local work; expected setLocalWork(threads, 1, 1)");
        }
        long[] global = grid.getGlobalWork();
        String sizes = "global work " + Arrays.toString(global) + ", local work " + Arrays.toString(local);
        if (grid.dimension() != 1 || global[1] * global[2] * local[1] * local[2] != 1) {
            throw EmulatorException.launch(kernel, sizes + "; expected one dimension");
        }
        if (global[0] < 1 || global[0] > Integer.MAX_VALUE || global[0] % local[0] != 0) {
            throw EmulatorException.launch(kernel, sizes + "; expected whole work-groups, at least one");
        }
        if (local[0] > EmulatorDevice.MAX_GROUP_THREADS) {
            throw EmulatorException.launch(
                    kernel, sizes + "; expected at most " + EmulatorDevice.MAX_GROUP_THREADS + " threads in a group");
        }
        if (!Arrays.equals(grid.getGlobalOffset(), new long[3])) {
            throw EmulatorException.launch(kernel, "a global offset; expected none");
        }
        return new GridSize((int) (global[0] / local[0]), (int) local[0]);
    }
}
