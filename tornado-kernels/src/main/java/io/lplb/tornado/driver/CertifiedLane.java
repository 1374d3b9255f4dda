// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.driver;

import io.lplb.problem.MinMaxProblem;
import io.lplb.tornado.graph.Accuracy;
import io.lplb.tornado.graph.CertifiedGroups;
import io.lplb.tornado.graph.PackedGroups;
import io.lplb.tornado.graph.ProblemTables;
import io.lplb.tornado.kernel.BatchLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * One stream of a {@link CertifiedLaunch}: a fused kernel between two others that pack and certify on the device, with their buffers.
 *
 * <pre>
 *   host, pinned    batch  --+                                     +--&gt; fractions, reports      mapped, or copied
 *   device                   +--&gt; packBatch --&gt; solver --&gt; certifyBatch
 * </pre>
 *
 * <p>Launched through a {@link RepeatedLaunch}: a solve allocates nothing but for recordings. Belongs to one thread, with the
 * device's context current.
 */
final class CertifiedLane implements AutoCloseable {
    /** The three kernels, loaded: they are the same for all streams. */
    record Kernels(
            PtxKernel packing,
            PtxKernel solver,
            PtxKernel certifying,
            long packFunction,
            long solveFunction,
            long certifyFunction) {}

    /** An array as the host and as the kernels address it, the same memory unless it is copied; and its elements on the host. */
    private record Buffer(long host, long device, MemorySegment elements) {}

    private final CudaDriver driver;
    private final Kernels kernels;
    private final MinMaxProblem problem;
    private final int capacity;
    private final boolean copied;
    private final Cleanup cleanup = new Cleanup();
    private final Arena arena = Arena.ofShared();
    private final long stream;
    private final KernelParameters pack;
    private final KernelParameters solve;
    private final KernelParameters certify;
    private final Buffer batch;
    private final Buffer fractions;
    private final Buffer reports;
    private final CertifiedGroups groups;
    private final RepeatedLaunch repeated;

    /**
     * Takes the stream and the buffers.
     *
     * @param capacity most groups of a launch
     * @param accuracy how good the answers are to be
     * @throws CudaException if the driver refuses; everything taken until then is freed
     */
    CertifiedLane(
            CudaDriver driver,
            Kernels kernels,
            ProblemTables tables,
            int capacity,
            Accuracy accuracy,
            LaunchOptions options) {
        this.driver = driver;
        this.kernels = kernels;
        this.capacity = capacity;
        problem = tables.problem();
        copied = options.transfer() == Transfer.COPIED;
        cleanup.add(arena::close);
        try {
            stream = driver.createStream();
            cleanup.add(() -> driver.destroyStream(stream));
            DeviceArrays device = new DeviceArrays(driver, cleanup, stream);
            batch = buffer(
                    device,
                    (long) Double.BYTES * CertifiedGroups.inWords(problem, capacity),
                    (long) Double.BYTES * BatchLayout.HEADER);
            fractions = buffer(device, (long) Float.BYTES * CertifiedGroups.fractionWords(problem, capacity), 0);
            reports = buffer(device, (long) Double.BYTES * CertifiedGroups.reportWords(capacity), 0);
            long sizes = device.copyOf(
                    CertifiedGroups.sizes(tables, capacity, kernels.solver().threads()));
            long order = device.copyOf(CertifiedGroups.order(tables));
            long numbers = device.copyOf(CertifiedGroups.numbers(problem, accuracy.tolerance()));
            long table = device.copyOf(tables.tableWords());
            long speed = device.copyOf(tables.speeds());
            long held = device.zeros(2L * CertifiedGroups.heldWords(problem, capacity));
            long in = device.zeros(PackedGroups.inWords(tables.size(), capacity));
            long out = device.zeros(PackedGroups.outWords(tables.size(), capacity));
            pack = new KernelParameters(
                    arena, kernels.packing().parameters(), sizes, order, numbers, batch.device(), held, in);
            solve = new KernelParameters(arena, kernels.solver().parameters(), in, table, speed, out);
            certify = new KernelParameters(
                    arena,
                    kernels.certifying().parameters(),
                    sizes,
                    table,
                    order,
                    numbers,
                    held,
                    out,
                    fractions.device(),
                    reports.device());
            groups = new CertifiedGroups(tables, batch.elements(), fractions.elements(), reports.elements(), capacity);
            driver.synchronise(stream);
            repeated = new RepeatedLaunch(driver, stream, options.graphs(), this::enqueue);
            cleanup.add(repeated::close);
            cleanup.add(() -> driver.synchronise(stream));
        } catch (RuntimeException e) {
            cleanup.closeQuietly(e);
            throw e;
        }
    }

    /**
     * Takes an array for both sides.
     *
     * @param header bytes before the first group's row, which begins a line
     */
    private Buffer buffer(DeviceArrays arrays, long bytes, long header) {
        PinnedMemory pinned = PinnedMemory.take(driver, cleanup, DeviceArrays.ROOM + bytes);
        long host = DeviceArrays.array(pinned.address(), header);
        long device = copied
                ? arrays.zeros(bytes / Integer.BYTES)
                : DeviceArrays.array(driver.devicePointer(pinned.address()), header);
        return new Buffer(host, device, pinned.segment().asSlice(host + DeviceArrays.HEADER - pinned.address(), bytes));
    }

    int capacity() {
        return capacity;
    }

    /** Returns the host's side of the last launch. */
    CertifiedGroups groups() {
        return groups;
    }

    /** Puts the kernels on the stream, for what was written last. */
    void launch(int count) {
        repeated.launch(count);
    }

    /** Waits for the last launch. */
    void await() {
        driver.synchronise(stream);
    }

    private void enqueue(int count) {
        int ranks = problem.ranks();
        int items = problem.items();
        int entries = problem.entries();
        PtxKernel solver = kernels.solver();
        if (copied) {
            toDevice(0, BatchLayout.fixedAt(ranks, count));
            toDevice(BatchLayout.loadAt(ranks, items, capacity, 0), count * items);
        }
        driver.launch(kernels.packFunction(), count, BatchLayout.THREADS, stream, pack.address());
        driver.launch(kernels.solveFunction(), solver.workGroups(count), solver.threads(), stream, solve.address());
        driver.launch(kernels.certifyFunction(), count, BatchLayout.THREADS, stream, certify.address());
        if (copied) {
            long perGroup = (long) Float.BYTES * BatchLayout.fractions(items, entries);
            toHost(fractions, perGroup * count);
            toHost(reports, (long) Double.BYTES * BatchLayout.REPORT * count);
        }
    }

    private static long at(int index) {
        return DeviceArrays.HEADER + (long) Double.BYTES * index;
    }

    private void toDevice(int from, int doubles) {
        driver.copyToDevice(batch.device() + at(from), batch.host() + at(from), (long) Double.BYTES * doubles, stream);
    }

    private void toHost(Buffer buffer, long bytes) {
        driver.copyToHost(buffer.host() + DeviceArrays.HEADER, buffer.device() + DeviceArrays.HEADER, bytes, stream);
    }

    /** Returns the microseconds on the device for what was written last: all three kernels, then each of them alone. */
    double[] kernelMicros(int count, int launches) {
        PtxKernel solver = kernels.solver();
        return new double[] {
            repeated.micros(count, launches),
            alone(kernels.packFunction(), count, BatchLayout.THREADS, pack, launches),
            alone(kernels.solveFunction(), solver.workGroups(count), solver.threads(), solve, launches),
            alone(kernels.certifyFunction(), count, BatchLayout.THREADS, certify, launches)
        };
    }

    private double alone(long function, int workGroups, int threads, KernelParameters parameters, int launches) {
        return RepeatedLaunch.micros(
                driver,
                stream,
                launches,
                () -> driver.launch(function, workGroups, threads, stream, parameters.address()));
    }

    @Override
    public void close() {
        cleanup.close();
    }
}
