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
    private final long hostBatch;
    private final long hostFractions;
    private final long hostReports;
    private final long batch;
    private final long fractions;
    private final long reports;
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
            int batchWords = CertifiedGroups.inWords(problem, capacity);
            int fractionWords = CertifiedGroups.fractionWords(problem, capacity);
            int reportWords = CertifiedGroups.reportWords(capacity);
            long batchBlock = mapped((long) Double.BYTES * batchWords);
            long fractionBlock = mapped((long) Float.BYTES * fractionWords);
            long reportBlock = mapped((long) Double.BYTES * reportWords);
            // The first group's row begins a line.
            long batchHeader = (long) Double.BYTES * BatchLayout.HEADER;
            hostBatch = DeviceArrays.array(batchBlock, batchHeader);
            hostFractions = DeviceArrays.array(fractionBlock, 0);
            hostReports = DeviceArrays.array(reportBlock, 0);
            batch = copied
                    ? device.zeros(2L * batchWords)
                    : DeviceArrays.array(driver.devicePointer(batchBlock), batchHeader);
            fractions =
                    copied ? device.zeros(fractionWords) : DeviceArrays.array(driver.devicePointer(fractionBlock), 0);
            reports =
                    copied ? device.zeros(2L * reportWords) : DeviceArrays.array(driver.devicePointer(reportBlock), 0);
            long sizes = device.copyOf(
                    CertifiedGroups.sizes(tables, capacity, kernels.solver().threads()));
            long order = device.copyOf(CertifiedGroups.order(tables));
            long numbers = device.copyOf(CertifiedGroups.numbers(problem, accuracy.tolerance()));
            long table = device.copyOf(tables.tableWords());
            long speed = device.copyOf(tables.speeds());
            long held = device.zeros(2L * CertifiedGroups.heldWords(problem, capacity));
            long in = device.zeros(PackedGroups.inWords(tables.size(), capacity));
            long out = device.zeros(PackedGroups.outWords(tables.size(), capacity));
            pack = new KernelParameters(arena, kernels.packing().parameters(), sizes, order, numbers, batch, held, in);
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
                    fractions,
                    reports);
            groups = new CertifiedGroups(
                    tables,
                    segment(hostBatch, (long) Double.BYTES * batchWords),
                    segment(hostFractions, (long) Float.BYTES * fractionWords),
                    segment(hostReports, (long) Double.BYTES * reportWords),
                    capacity);
            driver.synchronise(stream);
            repeated = new RepeatedLaunch(driver, stream, options.graphs(), this::enqueue);
            cleanup.add(repeated::close);
            cleanup.add(() -> driver.synchronise(stream));
        } catch (RuntimeException e) {
            cleanup.closeQuietly(e);
            throw e;
        }
    }

    private long mapped(long bytes) {
        long host = driver.allocateMapped(DeviceArrays.ROOM + bytes, false);
        cleanup.add(() -> driver.freeMapped(host));
        return host;
    }

    /** What is behind the header of a pinned buffer. */
    @SuppressWarnings("restricted")
    private static MemorySegment segment(long host, long bytes) {
        return MemorySegment.ofAddress(host + DeviceArrays.HEADER).reinterpret(bytes);
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
            toHost(hostFractions, fractions, perGroup * count);
            toHost(hostReports, reports, (long) Double.BYTES * BatchLayout.REPORT * count);
        }
    }

    private static long at(int index) {
        return DeviceArrays.HEADER + (long) Double.BYTES * index;
    }

    private void toDevice(int from, int doubles) {
        driver.copyToDevice(batch + at(from), hostBatch + at(from), (long) Double.BYTES * doubles, stream);
    }

    private void toHost(long host, long device, long bytes) {
        driver.copyToHost(host + DeviceArrays.HEADER, device + DeviceArrays.HEADER, bytes, stream);
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
