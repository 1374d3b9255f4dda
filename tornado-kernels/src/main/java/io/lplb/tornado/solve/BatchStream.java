// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import io.lplb.problem.MinMaxProblem;
import io.lplb.tornado.cuda.Cleanup;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.CudaException;
import io.lplb.tornado.cuda.DeviceArrays;
import io.lplb.tornado.cuda.KernelParameters;
import io.lplb.tornado.cuda.PinnedMemory;
import io.lplb.tornado.cuda.RepeatedLaunch;
import io.lplb.tornado.kernel.batch.BatchLayout;
import io.lplb.tornado.program.Accuracy;
import io.lplb.tornado.program.BatchTables;
import io.lplb.tornado.program.ProblemTables;
import io.lplb.tornado.ptx.LinkedKernel;
import io.lplb.tornado.ptx.PtxKernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * One stream of a {@link BatchLaunch}: a fused kernel between two others that pack and certify on the device, with their buffers;
 * all three in one launch where they can be linked.
 *
 * <pre>
 *   host, pinned    loads  --+                                     +--&gt; fractions, reports      mapped, or copied
 *   device                   +--&gt; packBatch --&gt; solver --&gt; certifyBatch
 * </pre>
 *
 * <p>Launched through a {@link RepeatedLaunch}: a solve allocates nothing but for recordings. Belongs to one thread, with the
 * device's context current.
 */
final class BatchStream implements AutoCloseable {
    /**
     * The three kernels, loaded: they are the same for all streams.
     *
     * @param linked the function of the {@link LinkedKernel} of all three; 0 where each of them has its own
     */
    record Kernels(
            PtxKernel packing,
            PtxKernel solver,
            PtxKernel certifying,
            long pack,
            long solve,
            long certify,
            long linked) {
        boolean areLinked() {
            return linked != 0;
        }
    }

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
    private final long linked;
    private final Buffer fixed;
    private final Buffer load;
    private final Buffer stamps;
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
    BatchStream(
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
            stream = driver.createStream(cleanup);
            DeviceArrays device = new DeviceArrays(driver, cleanup, stream);
            fixed = buffer(device, (long) Double.BYTES * capacity * problem.ranks());
            load = buffer(device, (long) Double.BYTES * capacity * problem.items());
            stamps = buffer(device, (long) Double.BYTES * capacity);
            fractions = buffer(device, (long) Float.BYTES * BatchTables.fractionWords(problem, capacity));
            reports = buffer(device, (long) Double.BYTES * BatchTables.reportWords(capacity));
            long sizes =
                    device.copyOf(BatchTables.sizes(tables, kernels.solver().threads()));
            long order = device.copyOf(BatchTables.order(tables));
            long numbers = device.copyOf(BatchTables.numbers(problem, accuracy.tolerance()));
            long table = device.copyOf(tables.tableWords());
            long speed = device.copyOf(tables.speeds());
            long held = device.zeros(2L * BatchTables.heldWords(problem, capacity));
            long in = device.zeros(PackedGroups.inWords(tables.size(), capacity));
            setCount(in, capacity);
            long out = device.zeros(PackedGroups.outWords(tables.size(), capacity));
            pack = new KernelParameters(
                    arena,
                    kernels.packing().parameters(),
                    sizes,
                    order,
                    numbers,
                    fixed.device(),
                    load.device(),
                    stamps.device(),
                    held,
                    in,
                    out);
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
            linked = KernelParameters.linked(arena, pack, solve, certify);
            CertifiedGroups.Memory memory = new CertifiedGroups.Memory(
                    fixed.elements(), load.elements(), stamps.elements(), fractions.elements(), reports.elements());
            groups = new CertifiedGroups(tables, memory, capacity);
            driver.synchronise(stream);
            repeated = new RepeatedLaunch(driver, stream, options.graphs(), this::enqueue);
            cleanup.add(repeated::close);
            cleanup.add(() -> driver.synchronise(stream));
        } catch (RuntimeException e) {
            cleanup.closeQuietly(e);
            throw e;
        }
    }

    /** Tells the solver how many groups there are, once: of a launch of fewer, only as many work-groups are launched. */
    private void setCount(long in, int groups) {
        driver.fill(in + DeviceArrays.HEADER, Float.floatToRawIntBits(groups), 1, stream);
    }

    /** Takes an array for both sides, which begins a line. */
    private Buffer buffer(DeviceArrays arrays, long bytes) {
        PinnedMemory pinned = PinnedMemory.take(driver, cleanup, DeviceArrays.ROOM + bytes);
        long host = DeviceArrays.array(pinned.address());
        long device = copied
                ? arrays.zeros(bytes / Integer.BYTES)
                : DeviceArrays.array(driver.devicePointer(pinned.address()));
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
        if (copied) {
            toDevice(fixed, (long) count * problem.ranks());
            toDevice(load, (long) count * problem.items());
            toDevice(stamps, count);
        }
        if (kernels.areLinked()) {
            driver.launch(kernels.linked(), count, kernels.solver().threads(), stream, linked);
        } else {
            pack(count);
            solve(count);
            certify(count);
        }
        if (copied) {
            toHost(fractions, (long) Float.BYTES * BatchTables.fractionWords(problem, count));
            toHost(reports, (long) Double.BYTES * BatchTables.reportWords(count));
        }
    }

    private void pack(int count) {
        driver.launch(kernels.pack(), count, BatchLayout.THREADS, stream, pack.address());
    }

    private void solve(int count) {
        PtxKernel solver = kernels.solver();
        driver.launch(kernels.solve(), solver.workGroups(count), solver.threads(), stream, solve.address());
    }

    private void certify(int count) {
        driver.launch(kernels.certify(), count, BatchLayout.THREADS, stream, certify.address());
    }

    private void toDevice(Buffer buffer, long doubles) {
        long header = DeviceArrays.HEADER;
        driver.copyToDevice(buffer.device() + header, buffer.host() + header, Double.BYTES * doubles, stream);
    }

    private void toHost(Buffer buffer, long bytes) {
        driver.copyToHost(buffer.host() + DeviceArrays.HEADER, buffer.device() + DeviceArrays.HEADER, bytes, stream);
    }

    /** Returns the microseconds on the device for what was written last: all together; then, unless they are linked, each kernel alone. */
    double[] kernelMicros(int count, int launches) {
        double all = repeated.micros(count, launches);
        return kernels.areLinked()
                ? new double[] {all}
                : new double[] {
                    all,
                    alone(launches, () -> pack(count)),
                    alone(launches, () -> solve(count)),
                    alone(launches, () -> certify(count))
                };
    }

    private double alone(int launches, Runnable kernel) {
        return RepeatedLaunch.micros(driver, stream, launches, kernel);
    }

    @Override
    public void close() {
        cleanup.close();
    }
}
