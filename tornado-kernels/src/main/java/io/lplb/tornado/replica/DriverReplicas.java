// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.replica;

import io.lplb.tornado.cuda.Cleanup;
import io.lplb.tornado.cuda.CudaDevice;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.CudaException;
import io.lplb.tornado.cuda.DeviceSession;
import io.lplb.tornado.cuda.RepeatedLaunch;
import io.lplb.tornado.engine.cuda.CudaProgram;
import io.lplb.tornado.program.Buffer;
import io.lplb.tornado.program.KernelSpec;
import io.lplb.tornado.program.ReplicaProgram;
import io.lplb.tornado.ptx.PtxKernel;
import io.lplb.tornado.ptx.PtxLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;

/**
 * The program of shipped PTX through the driver: counts and results lie in the device's memory and are copied for the host.
 *
 * <p>Belongs to one thread.
 */
final class DriverReplicas implements ReplicaRun {
    private final CudaDriver driver;
    private final DeviceSession session;
    private final Cleanup cleanup = new Cleanup();
    private final Arena arena = Arena.ofShared();
    private final ReplicaProgram program;
    private final CudaProgram bound;
    private final CudaProgram.Arguments arguments;
    private final RepeatedLaunch launch;
    private final long stream;

    DriverReplicas(CudaDriver driver, int deviceIndex, ReplicaProgram program) {
        this.driver = driver;
        this.program = program;
        CudaDevice device = new CudaDevice(driver, deviceIndex);
        session = new DeviceSession("replica planner", "plan", device);
        cleanup.add(arena::close);
        device.enter();
        try {
            stream = driver.createStream(cleanup);
            bound = new CudaProgram(
                    driver, cleanup, arena, stream, program.program(), false, Map.of(), spec -> function(device, spec));
            arguments = bound.arguments();
            launch = new RepeatedLaunch(driver, stream, true, size -> launchAll());
            driver.synchronise(stream);
        } catch (RuntimeException e) {
            cleanup.closeQuietly(e);
            throw e;
        } finally {
            device.leave();
        }
    }

    private long function(CudaDevice device, KernelSpec spec) {
        PtxKernel kernel = PtxLibrary.load(program.program().name(), spec);
        return device.function(kernel.text(), kernel.entry());
    }

    private void launchAll() {
        arguments.launch(0, program.program().steps().size(), 1, stream);
    }

    @Override
    public MemorySegment host(Buffer buffer) {
        return bound.host(buffer);
    }

    @Override
    public void run() {
        session.begin();
        try {
            bound.copyIn(program.counts(), program.counts().length(), stream);
            bound.copyIn(program.active(), program.active().length(), stream);
            launch.launch(1);
            bound.copyOut(program.out(), program.out().length(), stream);
            driver.synchronise(stream);
        } catch (CudaException e) {
            throw session.failed(e);
        } finally {
            session.end();
        }
    }

    /** Returns the microseconds of a plan on the device, from counts there to the result there: the mean of many in a row. */
    double micros(int launches) {
        session.begin();
        try {
            launch.launch(1);
            launch.launch(1);
            driver.synchronise(stream);
            return launch.micros(1, launches);
        } catch (CudaException e) {
            throw session.failed(e);
        } finally {
            session.end();
        }
    }

    @Override
    public void close() {
        session.close(() -> {
            launch.close();
            cleanup.close();
        });
    }
}
