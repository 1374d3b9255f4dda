// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.driver;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.lplb.problem.MinMaxBatch;
import io.lplb.tornado.graph.Accuracy;
import io.lplb.tornado.graph.HostCertified;
import io.lplb.tornado.graph.KernelSize;
import io.lplb.tornado.graph.PackedGroups;
import io.lplb.tornado.graph.ProblemTables;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

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
    private static final long ARRAY_HEADER = 16;
    private static final int UNUSED_PARAMETERS = 2;
    private static final int BUFFERS = 4;

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
    private final long parameters;
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
            long module =
                    device.module((options.stamps() ? kernel.withReleasedStamp() : kernel).withGoal(accuracy.goal()));
            function = driver.function(module, kernel.entry());
            stream = driver.createStream();
            cleanup.add(() -> driver.destroyStream(stream));
            hostIn = mapped(bytes(PackedGroups.inWords(size, capacity)), options.writeCombined());
            hostOut = mapped(bytes(PackedGroups.outWords(size, capacity)), false);
            deviceIn = deviceBuffer(hostIn, PackedGroups.inWords(size, capacity));
            deviceOut = deviceBuffer(hostOut, PackedGroups.outWords(size, capacity));
            long table = constant(MemorySegment.ofArray(tables.tableWords()));
            long speed = constant(MemorySegment.ofArray(tables.speeds()));
            parameters = parameters(deviceIn, table, speed, deviceOut);
            groups = new PackedGroups(
                    tables,
                    segment(hostIn, PackedGroups.inWords(size, capacity)),
                    segment(hostOut, PackedGroups.outWords(size, capacity)),
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
        return ARRAY_HEADER + (long) Float.BYTES * words;
    }

    private long mapped(long bytes, boolean writeCombined) {
        long host = driver.allocateMapped(bytes, writeCombined);
        cleanup.add(() -> driver.freeMapped(host));
        return host;
    }

    private long deviceMemory(long bytes) {
        long address = driver.allocate(bytes);
        cleanup.add(() -> driver.free(address));
        return address;
    }

    private long deviceBuffer(long host, int words) {
        return options.transfer() == Transfer.MAPPED ? driver.devicePointer(host) : deviceMemory(bytes(words));
    }

    /** The words behind the header of a pinned buffer. */
    @SuppressWarnings("restricted")
    private static MemorySegment segment(long host, int words) {
        return MemorySegment.ofAddress(host + ARRAY_HEADER).reinterpret((long) Float.BYTES * words);
    }

    /** Copies an array to the device for good; returns its address with the header. */
    private long constant(MemorySegment array) {
        long address = deviceMemory(ARRAY_HEADER + array.byteSize());
        try (Arena once = Arena.ofConfined()) {
            MemorySegment copy = once.allocate(Math.max(array.byteSize(), 1), JAVA_INT.byteAlignment());
            copy.copyFrom(array);
            driver.copyToDevice(address + ARRAY_HEADER, copy.address(), array.byteSize(), stream);
            driver.synchronise(stream);
        }
        return address;
    }

    private long parameters(long... buffers) {
        int count = kernel.parameters();
        if (count < UNUSED_PARAMETERS + BUFFERS) {
            throw new IllegalStateException(kernel + ": got " + count + " parameters, expected at least 6");
        }
        MemorySegment values = arena.allocate(JAVA_LONG, count);
        MemorySegment addresses = arena.allocate(JAVA_LONG, count);
        for (int k = 0; k < count; k++) {
            addresses.setAtIndex(JAVA_LONG, k, values.address() + k * JAVA_LONG.byteSize());
        }
        for (int k = 0; k < buffers.length; k++) {
            values.setAtIndex(JAVA_LONG, UNUSED_PARAMETERS + k, buffers[k]);
        }
        return addresses.address();
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
        driver.launch(function, kernel.workGroups(count), kernel.threads(), stream, parameters);
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
                () -> driver.launch(function, kernel.workGroups(count), kernel.threads(), stream, parameters));
    }

    @Override
    public void close() {
        cleanup.close();
    }
}
