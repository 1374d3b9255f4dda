// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

/**
 * Results of a full warp's shuffles, in the order of additions of TornadoVM's PTX: simdSum adds the lanes at distance 16,
 * 8, 4, 2 and 1 and sends lane 0's sum to all.
 */
final class WarpExchange {
    private static final int WARP = EmulatorDevice.WARP;

    private WarpExchange() {}

    /** Replaces the values of the warp that begins with this thread by what its lanes receive. */
    static void apply(DeviceThread[] threads, int first) {
        switch (threads[first].shuffle) {
            case SUM -> sum(threads, first);
            case DOWN -> down(threads, first);
            case FIRST -> broadcast(threads, first, threads[first].value);
        }
    }

    private static void sum(DeviceThread[] threads, int first) {
        float[] sums = new float[WARP];
        for (int lane = 0; lane < WARP; lane++) {
            sums[lane] = threads[first + lane].value;
        }
        for (int distance = WARP / 2; distance > 0; distance /= 2) {
            for (int lane = 0; lane < distance; lane++) {
                sums[lane] += sums[lane + distance];
            }
        }
        broadcast(threads, first, sums[0]);
    }

    private static void down(DeviceThread[] threads, int first) {
        // Ascending lanes read values that are not yet replaced; past the end a lane keeps its own.
        for (int lane = 0; lane < WARP; lane++) {
            DeviceThread thread = threads[first + lane];
            if (lane + thread.delta < WARP) {
                thread.value = threads[first + lane + thread.delta].value;
            }
        }
    }

    private static void broadcast(DeviceThread[] threads, int first, float value) {
        for (int lane = 0; lane < WARP; lane++) {
            threads[first + lane].value = value;
        }
    }
}
