// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.engine.cuda;

import io.lplb.tornado.cuda.Cleanup;
import io.lplb.tornado.cuda.CudaDevice;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.CudaException;
import io.lplb.tornado.cuda.DeviceArrays;
import io.lplb.tornado.cuda.DeviceSession;
import io.lplb.tornado.cuda.RepeatedLaunch;
import io.lplb.tornado.program.Buffer;
import io.lplb.tornado.program.Buffer.Kind;
import io.lplb.tornado.program.KernelSpec;
import io.lplb.tornado.program.Program;
import io.lplb.tornado.program.ProgramRun;
import io.lplb.tornado.ptx.PtxKernel;
import io.lplb.tornado.ptx.PtxLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Program of shipped PTX with one stream of its own: inputs are copied to the device, the launches follow, outputs are copied back.
 * Launches of a size that comes again are recorded as a CUDA graph.
 *
 * <p>Belongs to one thread. A run allocates nothing apart from recordings.
 */
public final class CudaProgramRun implements ProgramRun {
    private final CudaDriver driver;
    private final DeviceSession session;
    private final Cleanup cleanup = new Cleanup();
    private final Arena arena = Arena.ofShared();
    private final Program program;
    private final List<Buffer> inputs;
    private final List<Buffer> outputs;
    private final List<Buffer> given = new ArrayList<>();
    private final CudaProgram bound;
    private final CudaProgram.Arguments arguments;
    private final RepeatedLaunch launch;
    private final long stream;

    /**
     * Loads the code and takes the buffers.
     *
     * @param deviceIndex the GPU, from 0
     * @param name what messages call the object that owns the run
     */
    public CudaProgramRun(CudaDriver driver, int deviceIndex, Program program, String name) {
        this.driver = driver;
        this.program = program;
        inputs = program.buffers().stream()
                .filter(buffer -> buffer.kind() == Kind.INPUT)
                .toList();
        outputs = program.buffers().stream()
                .filter(buffer -> buffer.kind().isOutput())
                .toList();
        CudaDevice device = new CudaDevice(driver, deviceIndex);
        session = new DeviceSession(name, "run", device);
        cleanup.add(arena::close);
        device.enter();
        try {
            stream = driver.createStream(cleanup);
            bound = new CudaProgram(
                    driver, cleanup, arena, stream, program, false, Map.of(), spec -> function(device, spec));
            arguments = bound.arguments();
            launch = new RepeatedLaunch(driver, stream, true, this::launchAll);
            driver.synchronise(stream);
        } catch (RuntimeException e) {
            cleanup.closeQuietly(e);
            throw e;
        } finally {
            device.leave();
        }
    }

    private long function(CudaDevice device, KernelSpec spec) {
        PtxKernel kernel = PtxLibrary.load(program.name(), spec);
        return device.function(kernel.text(), kernel.entry());
    }

    private void launchAll(int size) {
        arguments.launch(0, program.steps().size(), size, stream);
    }

    @Override
    public MemorySegment host(Buffer buffer) {
        return bound.host(buffer);
    }

    /** {@return the device address of the first element of a buffer} */
    public long address(Buffer buffer) {
        return bound.address(buffer) + DeviceArrays.HEADER;
    }

    /**
     * Gives a buffer memory of the caller's on the device from the next launch on; it is no longer copied.
     *
     * @param address device address of the first element
     */
    public void bind(Buffer buffer, long address) {
        session.begin();
        try {
            driver.synchronise(stream);
            if (!isBound(buffer)) {
                given.add(buffer);
            }
            arguments.set(buffer, address - DeviceArrays.HEADER);
            launch.close();
        } finally {
            session.end();
        }
    }

    @SuppressWarnings("ReferenceEquality") // a buffer is its identity
    private boolean isBound(Buffer buffer) {
        for (int k = 0; k < given.size(); k++) {
            if (given.get(k) == buffer) {
                return true;
            }
        }
        return false;
    }

    /** Waits until the host may write inputs, or read what {@link #fetch} has put on its way. */
    public void await() {
        session.begin();
        try {
            driver.synchronise(stream);
        } catch (CudaException e) {
            throw session.failed(e);
        } finally {
            session.end();
        }
    }

    /** Puts a run on the stream, inputs included; returns at once. Before the next, {@link #await}. */
    public void launch(int size) {
        session.begin();
        try {
            for (int k = 0; k < inputs.size(); k++) {
                if (!isBound(inputs.get(k))) {
                    bound.copyIn(inputs.get(k), inputs.get(k).length(), stream);
                }
            }
            launch.launch(size);
        } catch (CudaException e) {
            throw session.failed(e);
        } finally {
            session.end();
        }
    }

    /** Copies all outputs to the host and waits. */
    public void fetch() {
        session.begin();
        try {
            for (int k = 0; k < outputs.size(); k++) {
                if (!isBound(outputs.get(k))) {
                    bound.copyOut(outputs.get(k), outputs.get(k).length(), stream);
                }
            }
            driver.synchronise(stream);
        } catch (CudaException e) {
            throw session.failed(e);
        } finally {
            session.end();
        }
    }

    @Override
    public void run(int size) {
        launch(size);
        fetch();
    }

    /**
     * Runs the launches again on what the last run has copied in, without copies.
     *
     * @return the microseconds of a run on the device: the mean of many in a row
     */
    public double micros(int size, int launches) {
        session.begin();
        try {
            launch.launch(size);
            launch.launch(size);
            driver.synchronise(stream);
            return launch.micros(size, launches);
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
