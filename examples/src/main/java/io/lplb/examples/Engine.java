// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.examples;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.lplb.tornado.provider.DriverProvider;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;

/**
 * GPU resources of a serving engine that the example needs: a stream and two arrays of integers, made by the
 * CUDA driver. An engine that exists has them already: a cudaStream_t, and what cudaMalloc returned or a tensor's data
 * pointer.
 *
 * <p>Not thread-safe.
 */
final class Engine implements AutoCloseable {
    private static final Linker LINKER = Linker.nativeLinker();

    private final Arena arena = Arena.ofConfined();
    private final SymbolLookup cuda;
    private final int device;
    private final int[] chosen;
    private final MemorySegment chosenOnHost;
    private final long stream;
    private final long ids;
    private final long physicalIds;

    @SuppressWarnings("restricted")
    Engine(int tokens) {
        cuda = SymbolLookup.libraryLookup(System.getProperty(DriverProvider.LIBRARY_PROPERTY, "libcuda.so.1"), arena);
        chosen = new int[tokens];
        chosenOnHost = arena.allocate(JAVA_INT, tokens);
        call("cuInit", 0);
        MemorySegment result = arena.allocate(JAVA_LONG);
        call("cuDeviceGet", result.address(), 0);
        device = result.get(JAVA_INT, 0);
        call("cuDevicePrimaryCtxRetain", result.address(), device);
        call("cuCtxPushCurrent_v2", result.get(JAVA_LONG, 0));
        call("cuStreamCreate", result.address(), 0);
        stream = result.get(JAVA_LONG, 0);
        call("cuMemAlloc_v2", result.address(), chosenOnHost.byteSize());
        ids = result.get(JAVA_LONG, 0);
        call("cuMemAlloc_v2", result.address(), chosenOnHost.byteSize());
        physicalIds = result.get(JAVA_LONG, 0);
    }

    /** A call of the driver's API; arguments are ints and longs. */
    @SuppressWarnings("restricted")
    private void call(String function, Object... arguments) {
        MemoryLayout[] types = new MemoryLayout[arguments.length];
        for (int k = 0; k < types.length; k++) {
            types[k] = arguments[k] instanceof Long ? JAVA_LONG : JAVA_INT;
        }
        int result;
        try {
            result = (int)
                    LINKER.downcallHandle(cuda.find(function).orElseThrow(), FunctionDescriptor.of(JAVA_INT, types))
                            .invokeWithArguments(arguments);
        } catch (Throwable t) {
            throw new IllegalStateException(function, t);
        }
        if (result != 0) {
            throw new IllegalStateException(function + ": got CUDA error " + result + ", expected 0");
        }
    }

    /** The gate's kernel: writes the experts of a micro-batch to {@link #ids()}. */
    void gate(Gate gate) {
        call("cuStreamSynchronize", stream); // the copy before has read its source
        gate.choose(chosen);
        MemorySegment.copy(chosen, 0, chosenOnHost, JAVA_INT, 0, chosen.length);
        call("cuMemcpyHtoDAsync_v2", ids, chosenOnHost.address(), chosenOnHost.byteSize(), stream);
    }

    /** Returns the engine's CUstream. */
    long stream() {
        return stream;
    }

    /** Returns the device address of the experts that the gate chose. */
    long ids() {
        return ids;
    }

    /** Returns the device address of the slots that dispatch reads. */
    long physicalIds() {
        return physicalIds;
    }

    @Override
    public void close() {
        call("cuMemFree_v2", ids);
        call("cuMemFree_v2", physicalIds);
        call("cuStreamDestroy_v2", stream);
        call("cuCtxPopCurrent_v2", arena.allocate(JAVA_LONG).address());
        call("cuDevicePrimaryCtxRelease_v2", device);
        arena.close();
    }
}
