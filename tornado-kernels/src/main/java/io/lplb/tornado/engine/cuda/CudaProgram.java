// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.engine.cuda;

import io.lplb.tornado.cuda.Cleanup;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.DeviceArrays;
import io.lplb.tornado.cuda.KernelParameters;
import io.lplb.tornado.cuda.PinnedMemory;
import io.lplb.tornado.program.Buffer;
import io.lplb.tornado.program.Buffer.Kind;
import io.lplb.tornado.program.KernelSpec;
import io.lplb.tornado.program.Program;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToLongFunction;

/**
 * Program with its buffers on a device, launched as shipped PTX through the driver.
 *
 * <p>The parameters of a launch are those of TornadoVM's kernels, see {@link KernelParameters}; scalars are compiled in. Buffers
 * that no caller has provided are taken here, with their initial contents or zeros. Inputs and outputs lie in pinned memory of the
 * host, which kernels address directly (mapped) or which is copied.
 *
 * <p>Belongs to one thread, with the device's context current. Launching allocates nothing.
 */
public final class CudaProgram {
    /** Parameters of TornadoVM's kernels before the arrays. */
    private static final int CONTEXT_PARAMETERS = 2;

    /** Byte of pinned memory at which the elements begin. */
    private static final long FIRST = DeviceArrays.array(0) + DeviceArrays.HEADER;

    private final CudaDriver driver;
    private final Program program;
    private final boolean mapped;
    private final long[] functions;
    private final Map<Buffer, Long> addresses = new HashMap<>();
    private final Map<Buffer, PinnedMemory> pinned = new HashMap<>();
    private final Arena arena;

    /**
     * Takes the buffers and loads the code.
     *
     * @param cleanup frees what was taken
     * @param stream where buffers are initialised; the caller waits for it
     * @param mapped whether kernels address inputs and outputs in the host's memory; otherwise they are copied
     * @param given device addresses of arrays that the caller provides, as {@link DeviceArrays} has them
     * @param code returns the function of a launch's kernel
     */
    public CudaProgram(
            CudaDriver driver,
            Cleanup cleanup,
            Arena arena,
            long stream,
            Program program,
            boolean mapped,
            Map<Buffer, Long> given,
            ToLongFunction<KernelSpec> code) {
        this.driver = driver;
        this.arena = arena;
        this.program = program;
        this.mapped = mapped;
        functions = program.steps().stream().mapToLong(code).toArray();
        DeviceArrays arrays = new DeviceArrays(driver, cleanup, stream);
        for (Buffer buffer : program.buffers()) {
            Long address = given.get(buffer);
            if (address != null) {
                addresses.put(buffer, address);
                continue;
            }
            boolean shared = buffer.kind() == Kind.INPUT || buffer.kind().isOutput();
            if (shared) {
                PinnedMemory memory = PinnedMemory.take(driver, cleanup, DeviceArrays.ROOM + buffer.bytes());
                pinned.put(buffer, memory);
                initialise(buffer);
                if (mapped) {
                    addresses.put(buffer, DeviceArrays.array(driver.devicePointer(memory.address())));
                    continue;
                }
            }
            addresses.put(buffer, allocate(arrays, buffer));
        }
    }

    /** Gives the host's elements their initial contents, which a copy of all of them keeps. */
    private void initialise(Buffer buffer) {
        MemorySegment host = host(buffer);
        Object contents = buffer.contents();
        if (contents == null) {
            host.fill((byte) 0);
            return;
        }
        switch (contents) {
            case int[] words -> host.copyFrom(MemorySegment.ofArray(words));
            case float[] words -> host.copyFrom(MemorySegment.ofArray(words));
            case double[] numbers -> host.copyFrom(MemorySegment.ofArray(numbers));
            default -> host.fill((byte) 0);
        }
    }

    private static long allocate(DeviceArrays arrays, Buffer buffer) {
        Object contents = buffer.contents();
        if (contents == null) {
            return arrays.zeros(buffer.bytes() / Integer.BYTES);
        }
        return switch (contents) {
            case int[] words -> arrays.copyOf(words);
            case float[] words -> arrays.copyOf(words);
            case double[] numbers -> arrays.copyOf(numbers);
            default -> arrays.zeros(buffer.bytes() / Integer.BYTES);
        };
    }

    /** {@return the program} */
    public Program program() {
        return program;
    }

    /** {@return the device address of a buffer's array, whose elements begin behind the header} */
    public long address(Buffer buffer) {
        return Objects.requireNonNull(addresses.get(buffer), buffer.name());
    }

    /** {@return the host's elements of an input or an output} */
    public MemorySegment host(Buffer buffer) {
        return pinned(buffer).segment().asSlice(FIRST, buffer.bytes());
    }

    private PinnedMemory pinned(Buffer buffer) {
        return Objects.requireNonNull(pinned.get(buffer), buffer.name());
    }

    private long hostAddress(Buffer buffer) {
        return pinned(buffer).address() + FIRST;
    }

    /** Puts the copy of an input's first elements on a stream, unless kernels address the host's memory. */
    public void copyIn(Buffer buffer, long elements, long stream) {
        if (!mapped) {
            long bytes = buffer.element().bytes() * elements;
            driver.copyToDevice(address(buffer) + DeviceArrays.HEADER, hostAddress(buffer), bytes, stream);
        }
    }

    /** Puts the copy of an output's first elements on a stream, unless kernels address the host's memory. */
    public void copyOut(Buffer buffer, long elements, long stream) {
        if (!mapped) {
            long bytes = buffer.element().bytes() * elements;
            driver.copyToHost(hostAddress(buffer), address(buffer) + DeviceArrays.HEADER, bytes, stream);
        }
    }

    /** {@return parameters of all launches with the program's own buffers} */
    public Arguments arguments() {
        return new Arguments();
    }

    /** Parameters of all launches of a program. The driver copies them with every launch. */
    public final class Arguments {
        private final KernelParameters[] parameters;

        private Arguments() {
            List<KernelSpec> steps = program.steps();
            parameters = new KernelParameters[steps.size()];
            for (int k = 0; k < parameters.length; k++) {
                KernelSpec step = steps.get(k);
                long[] arrays = step.arrays().stream()
                        .mapToLong(CudaProgram.this::address)
                        .toArray();
                parameters[k] = new KernelParameters(
                        arena,
                        CONTEXT_PARAMETERS + arrays.length + step.scalars().size(),
                        arrays);
            }
        }

        /** Gives another array to every launch that uses a buffer. */
        public void set(Buffer buffer, long address) {
            for (int k = 0; k < parameters.length; k++) {
                List<Buffer> arrays = program.steps().get(k).arrays();
                for (int a = 0; a < arrays.size(); a++) {
                    if (isSame(arrays.get(a), buffer)) {
                        parameters[k].set(a, address);
                    }
                }
            }
        }

        @SuppressWarnings("ReferenceEquality") // a buffer is its identity
        private static boolean isSame(Buffer a, Buffer b) {
            return a == b;
        }

        /**
         * Puts launches on a stream.
         *
         * @param from number of the first
         * @param to number behind the last
         * @param size size of the run
         */
        public void launch(int from, int to, int size, long stream) {
            for (int k = from; k < to; k++) {
                KernelSpec step = program.steps().get(k);
                driver.launch(
                        functions[k],
                        step.workGroups().applyAsInt(size),
                        step.threads(),
                        stream,
                        parameters[k].address());
            }
        }
    }
}
