// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import io.lplb.problem.MinMaxBatch;
import io.lplb.tornado.cuda.Cleanup;
import io.lplb.tornado.cuda.CudaDevice;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.CudaException;
import io.lplb.tornado.cuda.DeviceArrays;
import io.lplb.tornado.cuda.KernelParameters;
import io.lplb.tornado.cuda.PinnedMemory;
import io.lplb.tornado.cuda.RepeatedLaunch;
import io.lplb.tornado.program.Accuracy;
import io.lplb.tornado.program.KernelSize;
import io.lplb.tornado.program.ProblemTables;
import io.lplb.tornado.ptx.PtxKernel;
import java.lang.foreign.Arena;

/**
 * A fused kernel with its buffers on a device, launched through the driver.
 *
 * <p>The parameters are those of TornadoVM's kernels: two that are not used, then the addresses of in, tables, speed and
 * out, each of an array whose data begin behind a header of 16 bytes; then the scalars, which the code does not read
 * since they were compiled in.
 *
 * <pre>
 *   host, pinned    | header | in ...          and   | header | out ...      mapped into the device's address space
 *   device          | header | tables | header | speed        copied once;   with Transfer.COPIED also in and out
 * </pre>
 *
 * <p>Launched through a {@link RepeatedLaunch}: an execution allocates nothing but for recordings.
 *
 * <p>With {@link LaunchOptions#stamps} the host does not wait for the end of the kernel, but for the stamps, which reach it
 * earlier. That is sound: all threads of a work-group meet at a barrier after they wrote their shares, and the one that writes
 * the tail then stores the stamp with release semantics for the whole system ({@link PtxKernel#withReleasedStamp}); the host
 * reads it with acquire semantics, and so sees everything else of the answer. Now and then the driver is asked, too: a kernel
 * that failed, or ended without a stamp, does not keep the host waiting.
 *
 * <p>Belongs to one thread, with the device's context current.
 */
final class DriverLaunch extends HostCertified {
    /** Looks at the stamps between two questions to the driver, each of which takes longer than a look. */
    private static final int LOOKS = 512;

    private final CudaDriver driver;
    private final PtxKernel kernel;
    private final KernelSize size;
    private final int capacity;
    private final LaunchOptions options;
    private final Cleanup cleanup = new Cleanup();
    private final Arena arena = Arena.ofShared();
    private final long stream;
    private final long function;
    private final long hostIn;
    private final long hostOut;
    private final long deviceIn;
    private final long deviceOut;
    private final KernelParameters parameters;
    private final PackedGroups groups;
    private final RepeatedLaunch repeated;

    /**
     * Compiles the kernel for the device and takes the buffers.
     *
     * @param capacity most groups of an execution
     * @param accuracy how good the answers are to be
     * @throws CudaException if the driver refuses; everything taken until then is freed
     */
    DriverLaunch(
            CudaDevice device,
            PtxKernel kernel,
            ProblemTables tables,
            int capacity,
            Accuracy accuracy,
            LaunchOptions options) {
        super(tables, accuracy.tolerance());
        driver = device.driver();
        this.kernel = kernel;
        this.size = tables.size();
        this.capacity = capacity;
        this.options = options;
        cleanup.add(arena::close);
        try {
            PtxKernel goal = kernel.withGoal(accuracy.goal());
            function = device.function((options.stamps() ? goal.withReleasedStamp() : goal).text(), kernel.entry());
            stream = driver.createStream(cleanup);
            DeviceArrays arrays = new DeviceArrays(driver, cleanup, stream);
            int inWords = PackedGroups.inWords(size, capacity);
            int outWords = PackedGroups.outWords(size, capacity);
            PinnedMemory in = PinnedMemory.take(driver, cleanup, bytes(inWords), options.writeCombined());
            PinnedMemory out = PinnedMemory.take(driver, cleanup, bytes(outWords));
            hostIn = in.address();
            hostOut = out.address();
            boolean mapped = options.transfer() == Transfer.MAPPED;
            deviceIn = mapped ? driver.devicePointer(hostIn) : arrays.zeros(inWords);
            deviceOut = mapped ? driver.devicePointer(hostOut) : arrays.zeros(outWords);
            parameters = new KernelParameters(
                    arena,
                    kernel.parameters(),
                    deviceIn,
                    arrays.copyOf(tables.tableWords()),
                    arrays.copyOf(tables.speeds()),
                    deviceOut);
            groups = new PackedGroups(
                    tables,
                    in.segment().asSlice(DeviceArrays.HEADER),
                    out.segment().asSlice(DeviceArrays.HEADER),
                    kernel.threads());
            repeated = new RepeatedLaunch(driver, stream, options.graphs(), this::enqueue);
            cleanup.add(repeated::close);
            cleanup.add(() -> driver.synchronise(stream));
        } catch (RuntimeException e) {
            cleanup.closeQuietly(e);
            throw e;
        }
    }

    private static long bytes(int words) {
        return DeviceArrays.HEADER + (long) Float.BYTES * words;
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public PackedGroups groups() {
        return groups;
    }

    @Override
    public void execute(MinMaxBatch batch, int first, int count) {
        groups.pack(batch, first, count);
        launch(count);
    }

    /** Runs the kernel on what is packed, and waits. */
    void launch(int count) {
        repeated.launch(count);
        if (options.stamps()) {
            awaitStamps(count);
        } else {
            driver.synchronise(stream);
        }
    }

    private void awaitStamps(int count) {
        int stamped = groups.stamped(0, count);
        for (int looks = 1; stamped < count; looks++) {
            if (looks % LOOKS == 0 && driver.isDone(stream)) {
                return;
            }
            Thread.onSpinWait();
            stamped = groups.stamped(stamped, count);
        }
    }

    private void enqueue(int count) {
        if (options.transfer() == Transfer.COPIED) {
            driver.copyToDevice(deviceIn, hostIn, bytes(PackedGroups.inWords(size, count)), stream);
        }
        driver.launch(function, kernel.workGroups(count), kernel.threads(), stream, parameters.address());
        if (options.transfer() == Transfer.COPIED) {
            driver.copyToHost(hostOut, deviceOut, bytes(PackedGroups.outWords(size, count)), stream);
        }
    }

    /** Returns the microseconds of the kernel alone for what is packed: the mean of many launches in a row. */
    double kernelMicros(int count, int launches) {
        return RepeatedLaunch.micros(
                driver,
                stream,
                launches,
                () -> driver.launch(
                        function, kernel.workGroups(count), kernel.threads(), stream, parameters.address()));
    }

    @Override
    public void close() {
        cleanup.close();
    }
}
