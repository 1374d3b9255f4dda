// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import io.lplb.problem.MinMaxBatch;
import io.lplb.tornado.cuda.Cleanup;
import io.lplb.tornado.cuda.CudaDevice;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.CudaException;
import io.lplb.tornado.cuda.RepeatedLaunch;
import io.lplb.tornado.engine.cuda.CudaProgram;
import io.lplb.tornado.program.Accuracy;
import io.lplb.tornado.program.KernelSize;
import io.lplb.tornado.program.PackedLayout;
import io.lplb.tornado.program.ProblemTables;
import io.lplb.tornado.program.SolverProgram;
import io.lplb.tornado.ptx.PtxKernel;
import java.lang.foreign.Arena;
import java.util.Map;

/**
 * A fused kernel with its buffers on a device, launched through the driver.
 *
 * <p>{@link SolverProgram} declares kernel and buffers; with {@link Transfer#MAPPED} the kernel addresses the host's memory.
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
    private final KernelSize size;
    private final int capacity;
    private final LaunchOptions options;
    private final Cleanup cleanup = new Cleanup();
    private final Arena arena = Arena.ofShared();
    private final long stream;
    private final SolverProgram program;
    private final CudaProgram bound;
    private final CudaProgram.Arguments arguments;
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
        this.size = tables.size();
        this.capacity = capacity;
        this.options = options;
        cleanup.add(arena::close);
        try {
            long function =
                    device.function((options.stamps() ? kernel.withReleasedStamp() : kernel).text(), kernel.entry());
            stream = driver.createStream(cleanup);
            program = new SolverProgram(tables, kernel.shape(), capacity);
            boolean mapped = options.transfer() == Transfer.MAPPED;
            bound = new CudaProgram(
                    driver, cleanup, arena, stream, program.program(), mapped, Map.of(), launch -> function);
            arguments = bound.arguments();
            groups = new PackedGroups(
                    tables, bound.host(program.in()), bound.host(program.out()), kernel.threads(), accuracy.goal());
            repeated = new RepeatedLaunch(driver, stream, options.graphs(), this::enqueue);
            cleanup.add(repeated::close);
            cleanup.add(() -> driver.synchronise(stream));
        } catch (RuntimeException e) {
            cleanup.closeQuietly(e);
            throw e;
        }
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
        bound.copyIn(program.in(), PackedLayout.inWords(size, count), stream);
        launchKernel(count);
        bound.copyOut(program.out(), PackedLayout.outWords(size, count), stream);
    }

    private void launchKernel(int count) {
        arguments.launch(0, 1, count, stream);
    }

    @Override
    public void close() {
        cleanup.close();
    }
}
