// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lplb.tornado.sample.CorrectKernels;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/** Kernels without faults run without complaint and give what a loop on the host gives. */
class CorrectKernelTest {
    private static final int EVERY = DataTransferMode.EVERY_EXECUTION;
    private static final KernelContext CONTEXT = new KernelContext();

    private static FloatArray random(int size, long seed) {
        FloatArray array = new FloatArray(size);
        Random random = new Random(seed);
        for (int i = 0; i < size; i++) {
            array.set(i, random.nextFloat());
        }
        return array;
    }

    @ParameterizedTest(name = "{0} groups of {1}, coroutines {2}, checks {3}, seed 1")
    @CsvSource({
        "1,32,continuations,on",
        "5,64,continuations,on",
        "3,256,continuations,off",
        "3,1024,threads,on",
        "4,32,threads,off"
    })
    void blockSum(int groups, int size, String coroutines, String checks) throws Exception {
        FloatArray in = random(groups * size, 1);
        FloatArray out = new FloatArray(groups);
        TaskGraph graph = new TaskGraph("g")
                .transferToDevice(EVERY, in)
                .task("t", CorrectKernels::blockSum, CONTEXT, in, out)
                .transferToHost(EVERY, out);
        Launches.with(
                "lplb.emulator.coroutines",
                coroutines,
                () -> Launches.with("lplb.emulator.checks", checks, () -> {
                    Launches.execute(graph, groups, size);
                    return null;
                }));
        for (int g = 0; g < groups; g++) {
            double sum = 0;
            for (int i = 0; i < size; i++) {
                sum += in.get(g * size + i);
            }
            assertEquals(sum, out.get(g), 1e-6 * size, "group " + g);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 32, 100, 1024})
    void scan(int size) throws Exception {
        IntArray data = new IntArray(size);
        for (int i = 0; i < size; i++) {
            data.set(i, 3 * i + 1);
        }
        TaskGraph graph = new TaskGraph("g")
                .transferToDevice(EVERY, data)
                .task("t", CorrectKernels::scan, CONTEXT, data)
                .transferToHost(EVERY, data);
        Launches.execute(graph, 1, size);
        int sum = 0;
        for (int i = 0; i < size; i++) {
            sum += 3 * i + 1;
            assertEquals(sum, data.get(i), "element " + i);
        }
    }

    @Test
    void shuffles() throws Exception {
        int size = 64;
        FloatArray in = random(size, 2);
        FloatArray out = new FloatArray(3 * size);
        TaskGraph graph = new TaskGraph("g")
                .transferToDevice(EVERY, in)
                .task("t", CorrectKernels::shuffles, CONTEXT, in, out)
                .transferToHost(EVERY, out);
        Launches.execute(graph, 1, size);
        for (int warp = 0; warp < size; warp += 32) {
            float[] tree = new float[32];
            for (int lane = 0; lane < 32; lane++) {
                tree[lane] = in.get(warp + lane);
            }
            for (int distance = 16; distance > 0; distance /= 2) {
                for (int lane = 0; lane + distance < 32; lane++) {
                    tree[lane] += tree[lane + distance];
                }
            }
            for (int lane = 0; lane < 32; lane++) {
                assertEquals(tree[0], out.get(warp + lane), "sum, lane " + lane);
                assertEquals(
                        in.get(warp + (lane < 30 ? lane + 2 : lane)),
                        out.get(size + warp + lane),
                        "down, lane " + lane);
                assertEquals(in.get(warp), out.get(2 * size + warp + lane), "first, lane " + lane);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"on", "off"})
    void atomics(String checks) throws Exception {
        int groups = 4;
        int size = 32;
        IntArray keys = new IntArray(groups * size);
        for (int i = 0; i < groups * size; i++) {
            keys.set(i, i * i % 5);
        }
        IntArray counts = new IntArray(5);
        LongArray longSum = new LongArray(1);
        FloatArray floatSum = new FloatArray(1);
        DoubleArray doubleSum = new DoubleArray(1);
        TaskGraph graph = new TaskGraph("g")
                .transferToDevice(EVERY, keys, counts, longSum, floatSum, doubleSum)
                .task("t", CorrectKernels::histogram, CONTEXT, keys, counts, longSum, floatSum, doubleSum)
                .transferToHost(EVERY, counts, longSum, floatSum, doubleSum);
        Launches.with("lplb.emulator.checks", checks, () -> {
            Launches.execute(graph, groups, size);
            return null;
        });
        int[] expected = new int[5];
        IntStream.of(keys.toHeapArray()).forEach(key -> expected[key]++);
        assertArrayEquals(expected, counts.toHeapArray());
        assertEquals(IntStream.of(keys.toHeapArray()).sum(), longSum.get(0));
        assertEquals(groups * size * 0.5f, floatSum.get(0));
        assertEquals(groups * size * 0.25, doubleSum.get(0));
    }

    @Test
    void tasksShareDeviceMemoryAndScalarsAreCaptured() throws Exception {
        FloatArray data = FloatArray.fromArray(new float[64]);
        TaskGraph graph = new TaskGraph("g").transferToDevice(EVERY, data);
        for (int k = 0; k < 2; k++) {
            graph.task(k == 0 ? "t" : "u", CorrectKernels::scale, CONTEXT, data, 2f, k + 1);
        }
        Launches.execute(graph.transferToHost(EVERY, data), 2, 32);
        for (int i = 0; i < 64; i++) {
            assertEquals((0 * 2 + 1) * 2 + 2, data.get(i));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"on", "off"})
    void arraysOfAllTypes(String checks) throws Exception {
        int size = 40;
        ByteArray bytes = new ByteArray(size);
        IntArray ints = new IntArray(size);
        LongArray longs = new LongArray(size);
        FloatArray floats = new FloatArray(size);
        DoubleArray doubles = new DoubleArray(size);
        for (int i = 0; i < size; i++) {
            bytes.set(i, (byte) i);
            ints.set(i, i);
            longs.set(i, i);
            floats.set(i, i);
            doubles.set(i, i);
        }
        TaskGraph graph = new TaskGraph("g")
                .transferToDevice(EVERY, bytes, ints, longs, floats, doubles)
                .task("t", CorrectKernels::allTypes, CONTEXT, bytes, ints, longs, floats, doubles)
                .transferToHost(EVERY, bytes, ints, longs, floats, doubles);
        Launches.with("lplb.emulator.checks", checks, () -> {
            Launches.execute(graph, 1, size);
            return null;
        });
        for (int i = 0; i < size; i++) {
            assertEquals(size - i, bytes.get(i));
            assertEquals(size - i, ints.get(i));
            assertEquals(size - i, longs.get(i));
            assertEquals(size - i, floats.get(i));
            assertEquals(size - i, doubles.get(i));
        }
    }

    @Test
    void tasksWithoutContextRunInOrderWithoutAGrid() throws Exception {
        FloatArray in = FloatArray.fromElements(1, 2, 3);
        FloatArray out = new FloatArray(3);
        TaskGraph graph = new TaskGraph("other")
                .transferToDevice(EVERY, in)
                .task("loop", CorrectKernels::increment, in, out)
                .transferToHost(EVERY, out);
        Launches.execute(graph, 1, 1);
        assertArrayEquals(new float[] {2, 3, 4}, out.toHeapArray());
    }

    @Test
    void upToFifteenArgumentsOfAllPrimitiveTypes() throws Exception {
        IntArray out = new IntArray(2);
        TaskGraph graph = new TaskGraph("g")
                .task(
                        "t",
                        CorrectKernels::mostArguments,
                        CONTEXT,
                        out,
                        (byte) 1,
                        (short) 1,
                        (char) 1,
                        1,
                        1L,
                        1f,
                        1d,
                        true,
                        1,
                        1,
                        1,
                        1,
                        1)
                .transferToHost(EVERY, out);
        Launches.execute(graph, 1, 2);
        assertArrayEquals(new int[] {13, 14}, out.toHeapArray());
    }

    @Test
    void threadsKnowTheirPlace() throws Exception {
        IntArray out = new IntArray(4 * 96);
        TaskGraph graph = new TaskGraph("g")
                .task("t", CorrectKernels::places, CONTEXT, out)
                .transferToHost(EVERY, out);
        Launches.execute(graph, 2, 48);
        for (int i = 0; i < 96; i++) {
            assertArrayEquals(
                    new int[] {i / 48, i % 48, 48, 96}, out.slice(4 * i, 4).toHeapArray());
        }
    }

    @Test
    void plansOfSeveralThreadsRunAtTheSameTime() {
        CompletableFuture<?>[] runs = IntStream.range(0, 4)
                .mapToObj(k -> CompletableFuture.runAsync(() -> {
                    try {
                        blockSum(3, 64, "auto", "on");
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                }))
                .toArray(CompletableFuture<?>[]::new);
        CompletableFuture.allOf(runs).join();
    }

    @Test
    void runsAreRepeatable() throws Exception {
        FloatArray in = random(64, 3);
        float[] first = null;
        for (int k = 0; k < 5; k++) {
            FloatArray out = new FloatArray(192);
            Launches.execute(
                    new TaskGraph("g")
                            .transferToDevice(EVERY, in)
                            .task("t", CorrectKernels::shuffles, CONTEXT, in, out)
                            .transferToHost(EVERY, out),
                    1,
                    64);
            first = first == null ? out.toHeapArray() : first;
            assertArrayEquals(first, out.toHeapArray(), "run " + k);
        }
    }
}
