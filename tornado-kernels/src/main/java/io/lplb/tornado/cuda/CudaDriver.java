// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The calls of the CUDA driver API that launching a kernel needs, through Java's foreign function interface. Handles and
 * device pointers are longs; every CUresult other than success is a {@link CudaException}.
 *
 * <p>Calls without a result of their own (launch, copy, synchronise) allocate nothing.
 *
 * <p>Thread-safe as the driver is; most calls act on the calling thread's current context.
 */
public final class CudaDriver {
    /** Device attributes. */
    static final int COMPUTE_CAPABILITY_MAJOR = 75;

    static final int COMPUTE_CAPABILITY_MINOR = 76;

    /** CU_MEMHOSTALLOC_DEVICEMAP. */
    private static final int HOST_ALLOC_MAPPED = 2;

    /** CUDA_ERROR_NOT_READY, which is no error. */
    private static final int NOT_READY = 600;

    /** CU_STREAM_NON_BLOCKING. */
    private static final int STREAM_NON_BLOCKING = 1;

    /** CU_STREAM_CAPTURE_MODE_THREAD_LOCAL: what other threads call does not spoil a capture. */
    private static final int CAPTURE_THREAD_LOCAL = 1;

    /** CU_JIT_ERROR_LOG_BUFFER and CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES. */
    private static final int JIT_ERROR_LOG = 5;

    private static final int JIT_ERROR_LOG_BYTES = 6;
    private static final int LOG_BYTES = 4096;
    private static final int NAME_BYTES = 256;

    /** Result of the call that pops a context; not read. */
    private final MemorySegment popped = Arena.ofAuto().allocate(JAVA_LONG);

    private final CudaLibrary.Function init;
    private final CudaLibrary.Function driverGetVersion;
    private final CudaLibrary.Function getErrorName;
    private final CudaLibrary.Function deviceGetCount;
    private final CudaLibrary.Function deviceGet;
    private final CudaLibrary.Function deviceGetName;
    private final CudaLibrary.Function deviceGetAttribute;
    private final CudaLibrary.Function deviceTotalMemory;
    private final CudaLibrary.Function primaryRetain;
    private final CudaLibrary.Function primaryRelease;
    private final CudaLibrary.Function pushCurrent;
    private final CudaLibrary.Function popCurrent;
    private final CudaLibrary.Function moduleLoad;
    private final CudaLibrary.Function moduleUnload;
    private final CudaLibrary.Function getFunction;
    private final CudaLibrary.Function memAlloc;
    private final CudaLibrary.Function memFree;
    private final CudaLibrary.Function hostAlloc;
    private final CudaLibrary.Function hostFree;
    private final CudaLibrary.Function hostDevicePointer;
    private final CudaLibrary.Function copyToDevice;
    private final CudaLibrary.Function copyToHost;
    private final CudaLibrary.Function copyOnDevice;
    private final CudaLibrary.Function fill;
    private final CudaLibrary.Function streamCreate;
    private final CudaLibrary.Function streamSynchronize;
    private final CudaLibrary.Function streamQuery;
    private final CudaLibrary.Function streamDestroy;
    private final CudaLibrary.Function eventCreate;
    private final CudaLibrary.Function eventRecord;
    private final CudaLibrary.Function eventElapsed;
    private final CudaLibrary.Function eventDestroy;
    private final CudaLibrary.Function launchKernel;
    private final CudaLibrary.Function beginCapture;
    private final CudaLibrary.Function endCapture;
    private final CudaLibrary.Function graphInstantiate;
    private final CudaLibrary.Function graphLaunch;
    private final CudaLibrary.Function graphExecDestroy;
    private final CudaLibrary.Function graphDestroy;

    /**
     * Finds the functions; calls none.
     *
     * @throws CudaUnavailableException if one is missing
     */
    public CudaDriver(CudaLibrary library) throws CudaUnavailableException {
        init = library.function("cuInit");
        driverGetVersion = library.function("cuDriverGetVersion");
        getErrorName = library.function("cuGetErrorName");
        deviceGetCount = library.function("cuDeviceGetCount");
        deviceGet = library.function("cuDeviceGet");
        deviceGetName = library.function("cuDeviceGetName");
        deviceGetAttribute = library.function("cuDeviceGetAttribute");
        deviceTotalMemory = library.function("cuDeviceTotalMem_v2");
        primaryRetain = library.function("cuDevicePrimaryCtxRetain");
        primaryRelease = library.function("cuDevicePrimaryCtxRelease_v2");
        pushCurrent = library.function("cuCtxPushCurrent_v2");
        popCurrent = library.function("cuCtxPopCurrent_v2");
        moduleLoad = library.function("cuModuleLoadDataEx");
        moduleUnload = library.function("cuModuleUnload");
        getFunction = library.function("cuModuleGetFunction");
        memAlloc = library.function("cuMemAlloc_v2");
        memFree = library.function("cuMemFree_v2");
        hostAlloc = library.function("cuMemHostAlloc");
        hostFree = library.function("cuMemFreeHost");
        hostDevicePointer = library.function("cuMemHostGetDevicePointer_v2");
        copyToDevice = library.function("cuMemcpyHtoDAsync_v2");
        copyToHost = library.function("cuMemcpyDtoHAsync_v2");
        copyOnDevice = library.function("cuMemcpyDtoDAsync_v2");
        fill = library.function("cuMemsetD32Async");
        streamCreate = library.function("cuStreamCreate");
        streamSynchronize = library.function("cuStreamSynchronize");
        streamQuery = library.function("cuStreamQuery");
        streamDestroy = library.function("cuStreamDestroy_v2");
        eventCreate = library.function("cuEventCreate");
        eventRecord = library.function("cuEventRecord");
        eventElapsed = library.function("cuEventElapsedTime_v2", "cuEventElapsedTime");
        eventDestroy = library.function("cuEventDestroy_v2");
        launchKernel = library.function("cuLaunchKernel");
        beginCapture = library.function("cuStreamBeginCapture_v2");
        endCapture = library.function("cuStreamEndCapture");
        graphInstantiate = library.function("cuGraphInstantiateWithFlags");
        graphLaunch = library.function("cuGraphLaunch");
        graphExecDestroy = library.function("cuGraphExecDestroy");
        graphDestroy = library.function("cuGraphDestroy");
    }

    /** Returns what tells this library from others that the process has loaded. */
    long library() {
        return init.address().address();
    }

    private void check(CudaLibrary.Function function, int result) {
        if (result != 0) {
            throw failure(function, result, "");
        }
    }

    /** A call that writes its result to an address. */
    private interface ResultCall {
        int writing(long address);
    }

    private int intResult(CudaLibrary.Function function, ResultCall call) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(JAVA_INT);
            check(function, call.writing(result.address()));
            return result.get(JAVA_INT, 0);
        }
    }

    private long longResult(CudaLibrary.Function function, ResultCall call) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(JAVA_LONG);
            check(function, call.writing(result.address()));
            return result.get(JAVA_LONG, 0);
        }
    }

    private CudaException failure(CudaLibrary.Function function, int result, String detail) {
        return new CudaException(function.name(), result, errorName(result), detail);
    }

    @SuppressWarnings("restricted")
    private String errorName(int result) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocate(ADDRESS);
            if (getErrorName.call(result, name.address()) != 0) {
                return "unknown error";
            }
            MemorySegment text = name.get(ADDRESS, 0);
            return text.address() == 0
                    ? "unknown error"
                    : text.reinterpret(NAME_BYTES).getString(0);
        }
    }

    public void initialise() {
        check(init, init.call(0));
    }

    /** Returns the CUDA version that the driver serves, 1000 major + 10 minor. */
    public int version() {
        return intResult(driverGetVersion, result -> driverGetVersion.call(result));
    }

    public int deviceCount() {
        return intResult(deviceGetCount, result -> deviceGetCount.call(result));
    }

    public int device(int index) {
        return intResult(deviceGet, result -> deviceGet.call(result, index));
    }

    public String deviceName(int device) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(NAME_BYTES);
            check(deviceGetName, deviceGetName.call(result.address(), NAME_BYTES, device));
            return result.getString(0);
        }
    }

    int attribute(int attribute, int device) {
        return intResult(deviceGetAttribute, result -> deviceGetAttribute.call(result, attribute, device));
    }

    /** Returns the bytes of a device's memory. */
    long totalMemory(int device) {
        return longResult(deviceTotalMemory, result -> deviceTotalMemory.call(result, device));
    }

    long retainPrimaryContext(int device) {
        return longResult(primaryRetain, result -> primaryRetain.call(result, device));
    }

    void releasePrimaryContext(int device) {
        check(primaryRelease, primaryRelease.call(device));
    }

    /** Makes a context the calling thread's current one, until {@link #popCurrent}. */
    void pushCurrent(long context) {
        check(pushCurrent, pushCurrent.call(context));
    }

    /** Makes the context current that was so before; false means that the context is lost, which others report. */
    boolean popCurrent() {
        return popCurrent.call(popped.address()) == 0;
    }

    /** Compiles PTX for the current context's device; what the compiler complains about is in the exception. */
    public long loadModule(String ptx) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocateFrom(ptx);
            MemorySegment log = arena.allocate(LOG_BYTES);
            MemorySegment options = arena.allocateFrom(JAVA_INT, JIT_ERROR_LOG, JIT_ERROR_LOG_BYTES);
            MemorySegment values = arena.allocateFrom(JAVA_LONG, log.address(), LOG_BYTES);
            MemorySegment result = arena.allocate(JAVA_LONG);
            int code = moduleLoad.call(result.address(), text.address(), 2, options.address(), values.address());
            if (code != 0) {
                throw failure(moduleLoad, code, log.getString(0).strip());
            }
            return result.get(JAVA_LONG, 0);
        }
    }

    public void unloadModule(long module) {
        check(moduleUnload, moduleUnload.call(module));
    }

    public long function(long module, String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocateFrom(name);
            MemorySegment result = arena.allocate(JAVA_LONG);
            check(getFunction, getFunction.call(result.address(), module, text.address()));
            return result.get(JAVA_LONG, 0);
        }
    }

    /** Takes memory of the device; returns its address there. */
    public long allocate(long bytes) {
        return longResult(memAlloc, result -> memAlloc.call(result, bytes));
    }

    public void free(long address) {
        check(memFree, memFree.call(address));
    }

    /** Takes pinned memory of the host that the device can address too; returns its address on the host. */
    public long allocateMapped(long bytes) {
        return longResult(hostAlloc, result -> hostAlloc.call(result, bytes, HOST_ALLOC_MAPPED));
    }

    /** Returns the device's address of mapped memory. */
    public long devicePointer(long host) {
        return longResult(hostDevicePointer, result -> hostDevicePointer.call(result, host, 0));
    }

    public void freeMapped(long host) {
        check(hostFree, hostFree.call(host));
    }

    public void copyToDevice(long device, long host, long bytes, long stream) {
        check(copyToDevice, copyToDevice.call(device, host, bytes, stream));
    }

    public void copyToHost(long host, long device, long bytes, long stream) {
        check(copyToHost, copyToHost.call(host, device, bytes, stream));
    }

    public void copyOnDevice(long to, long from, long bytes, long stream) {
        check(copyOnDevice, copyOnDevice.call(to, from, bytes, stream));
    }

    /** Sets words of the device's memory to a value, in the order of the stream; needs no memory of the host. */
    public void fill(long device, int value, long words, long stream) {
        check(fill, fill.call(device, value, words, stream));
    }

    public long createStream() {
        return longResult(streamCreate, result -> streamCreate.call(result, STREAM_NON_BLOCKING));
    }

    /** Makes a stream; the cleanup destroys it. */
    public long createStream(Cleanup cleanup) {
        long stream = createStream();
        cleanup.add(() -> destroyStream(stream));
        return stream;
    }

    /** Waits for all work of a stream; errors of kernels come up here. */
    public void synchronise(long stream) {
        check(streamSynchronize, streamSynchronize.call(stream));
    }

    /** Returns whether all work of a stream has ended; errors of kernels come up here. */
    public boolean isDone(long stream) {
        int result = streamQuery.call(stream);
        if (result != NOT_READY) {
            check(streamQuery, result);
        }
        return result == 0;
    }

    public void destroyStream(long stream) {
        check(streamDestroy, streamDestroy.call(stream));
    }

    public long createEvent() {
        return longResult(eventCreate, result -> eventCreate.call(result, 0));
    }

    public void record(long event, long stream) {
        check(eventRecord, eventRecord.call(event, stream));
    }

    /** Returns the microseconds between two events that have happened. */
    public double elapsedMicros(long from, long to) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(JAVA_FLOAT);
            check(eventElapsed, eventElapsed.call(result.address(), from, to));
            return 1e3 * result.get(JAVA_FLOAT, 0);
        }
    }

    public void destroyEvent(long event) {
        check(eventDestroy, eventDestroy.call(event));
    }

    /**
     * Launches a kernel on a one-dimensional grid.
     *
     * @param parameters address of the array of the parameters' addresses
     */
    public void launch(long function, int blocks, int threads, long stream, long parameters) {
        check(launchKernel, launchKernel.launch(function, blocks, threads, stream, parameters));
    }

    /** From here on a stream records instead of executing. */
    void beginCapture(long stream) {
        check(beginCapture, beginCapture.call(stream, CAPTURE_THREAD_LOCAL));
    }

    /** Ends a recording; returns the graph. */
    long endCapture(long stream) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(JAVA_LONG);
            check(endCapture, endCapture.call(stream, result.address()));
            return result.get(JAVA_LONG, 0);
        }
    }

    long instantiate(long graph) {
        return longResult(graphInstantiate, result -> graphInstantiate.call(result, graph, 0L));
    }

    public void launchGraph(long executable, long stream) {
        check(graphLaunch, graphLaunch.call(executable, stream));
    }

    public void destroyExecutable(long executable) {
        check(graphExecDestroy, graphExecDestroy.call(executable));
    }

    void destroyGraph(long graph) {
        check(graphDestroy, graphDestroy.call(graph));
    }
}
