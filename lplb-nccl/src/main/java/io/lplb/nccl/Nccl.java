// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.nccl;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.CudaLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The calls of NCCL (libnccl.so.2) that an all-gather and copies between two ranks need, in the manner of {@link CudaDriver}: handles and device pointers
 * are longs, every ncclResult_t other than success is an {@link NcclException} with the name of the call. The library stays
 * loaded until the JVM ends.
 *
 * <p>{@link #allGather} and {@link #asyncError} allocate nothing. Thread-safe as NCCL is; a call acts on the calling thread's
 * current device.
 */
final class Nccl {
    /** Property with the path of the library, for machines that have it where the loader does not look. */
    static final String PATH_PROPERTY = "lplb.ncclLibrary";

    /** Bytes of an ncclUniqueId. */
    static final int ID_BYTES = 128;

    private static final List<String> CANDIDATES = List.of(
            "libnccl.so.2",
            "/usr/lib/x86_64-linux-gnu/libnccl.so.2",
            "/usr/lib/aarch64-linux-gnu/libnccl.so.2",
            "/usr/lib64/libnccl.so.2",
            "/usr/local/lib/libnccl.so.2",
            "/usr/local/cuda/lib64/libnccl.so.2");

    /** ncclInt8. */
    private static final int INT8 = 0;

    /** ncclInt32. */
    private static final int INT32 = 2;

    private static final int IN_PROGRESS = 7;
    private static final int TEXT_BYTES = 1024;

    private static final MemoryLayout ID = MemoryLayout.structLayout(MemoryLayout.sequenceLayout(ID_BYTES, JAVA_BYTE));
    private static final MethodHandle INIT = handle(FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT, ID, JAVA_INT));
    private static final MethodHandle GROUP = handle(FunctionDescriptor.of(JAVA_INT));
    private static final MethodHandle PEER =
            handle(FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle TEXT = handle(FunctionDescriptor.of(JAVA_LONG, JAVA_INT));

    private final CudaLibrary.Function getVersion;
    private final CudaLibrary.Function getUniqueId;
    private final CudaLibrary.Function initRank;
    private final CudaLibrary.Function allGather;
    private final CudaLibrary.Function getAsyncError;
    private final CudaLibrary.Function abort;
    private final CudaLibrary.Function destroy;
    private final CudaLibrary.Function getErrorString;
    private final SymbolLookup symbols;
    private CudaLibrary.@Nullable Function send;
    private CudaLibrary.@Nullable Function receive;
    private CudaLibrary.@Nullable Function groupStart;
    private CudaLibrary.@Nullable Function groupEnd;

    /** Place of an answer that is not kept, so that {@link #asyncError} allocates nothing; one thread at a time writes it. */
    private final MemorySegment answer = Arena.ofAuto().allocate(JAVA_INT);

    private Nccl(SymbolLookup symbols) throws NcclUnavailableException {
        this.symbols = symbols;
        getVersion = function(symbols, "ncclGetVersion");
        getUniqueId = function(symbols, "ncclGetUniqueId");
        initRank = function(symbols, "ncclCommInitRank");
        allGather = function(symbols, "ncclAllGather");
        getAsyncError = function(symbols, "ncclCommGetAsyncError");
        abort = function(symbols, "ncclCommAbort");
        destroy = function(symbols, "ncclCommDestroy");
        getErrorString = function(symbols, "ncclGetErrorString");
    }

    @SuppressWarnings("restricted")
    private static MethodHandle handle(FunctionDescriptor type) {
        return Linker.nativeLinker().downcallHandle(type);
    }

    /** Loads the library from where {@value #PATH_PROPERTY} says, or from where it is usually found. */
    static Nccl load() throws NcclUnavailableException {
        String path = System.getProperty(PATH_PROPERTY);
        return load(path == null ? CANDIDATES : List.of(path));
    }

    static Nccl load(List<String> candidates) throws NcclUnavailableException {
        SymbolLookup symbols;
        try {
            symbols = CudaLibrary.find(candidates);
        } catch (IllegalCallerException | UnsupportedOperationException e) {
            throw new NcclUnavailableException("This JVM may not call native code: " + e.getMessage() + ".");
        }
        if (symbols == null) {
            throw new NcclUnavailableException("NCCL was not found (tried " + String.join(", ", candidates) + "); -D"
                    + PATH_PROPERTY + "=PATH says where libnccl.so.2 is.");
        }
        return new Nccl(symbols);
    }

    private static CudaLibrary.Function function(SymbolLookup symbols, String name) throws NcclUnavailableException {
        MemorySegment address = symbols.find(name).orElse(null);
        if (address == null) {
            throw new NcclUnavailableException("NCCL lacks " + name + "; it is older than 2.4, or another library.");
        }
        return new CudaLibrary.Function(name, address);
    }

    private void check(CudaLibrary.Function function, int result) {
        if (result != 0) {
            throw new NcclException(function.name(), result, text(result));
        }
    }

    @SuppressWarnings("restricted")
    private String text(int result) {
        long text;
        try {
            text = (long) TEXT.invokeExact(getErrorString.address(), result);
        } catch (Throwable t) {
            throw CudaLibrary.Function.unexpected(t);
        }
        return text == 0
                ? "unknown error"
                : MemorySegment.ofAddress(text).reinterpret(TEXT_BYTES).getString(0);
    }

    /** Returns NCCL's version as it writes it, such as 2.27.3. */
    String version() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(JAVA_INT);
            check(getVersion, getVersion.call(result.address()));
            int version = result.get(JAVA_INT, 0);
            // Up to 2.8 the minor number had two digits less.
            int major = version >= 10_000 ? 10_000 : 1_000;
            return version / major + "." + version % major / 100 + "." + version % 100;
        }
    }

    /** Returns the name under which the processes of a group find each other. */
    byte[] uniqueId() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment id = arena.allocate(ID);
            check(getUniqueId, getUniqueId.call(id.address()));
            return id.toArray(JAVA_BYTE);
        }
    }

    /** Connects to the others, on the current device; waits for all of them, without a time limit. */
    long connect(int sources, byte[] id, int self) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(JAVA_LONG);
            MemorySegment name = arena.allocate(ID);
            MemorySegment.copy(id, 0, name, JAVA_BYTE, 0, ID_BYTES);
            int code;
            try {
                code = (int) INIT.invokeExact(initRank.address(), result.address(), sources, name, self);
            } catch (Throwable t) {
                throw CudaLibrary.Function.unexpected(t);
            }
            check(initRank, code);
            return result.get(JAVA_LONG, 0);
        }
    }

    /** Puts a gather of so many words from every process on a stream; the rows come in the order of the processes. */
    void allGather(long send, long receive, long words, long communicator, long stream) {
        check(allGather, allGather.call(send, receive, words, INT32, communicator, stream));
    }

    /**
     * Finds the calls of copies between two ranks, which NCCL has since 2.7.
     *
     * @throws NcclUnavailableException if the library lacks one
     */
    void requirePeerCopies() throws NcclUnavailableException {
        send = peerFunction("ncclSend");
        receive = peerFunction("ncclRecv");
        groupStart = peerFunction("ncclGroupStart");
        groupEnd = peerFunction("ncclGroupEnd");
    }

    private CudaLibrary.Function peerFunction(String name) throws NcclUnavailableException {
        MemorySegment address = symbols.find(name).orElse(null);
        if (address == null) {
            throw new NcclUnavailableException("NCCL lacks " + name + "; it is older than 2.7, or another library.");
        }
        return new CudaLibrary.Function(name, address);
    }

    /** Begins calls that are carried out together. */
    void groupStart() {
        group(groupStart);
    }

    /** Puts the calls since {@link #groupStart} on their streams. */
    void groupEnd() {
        group(groupEnd);
    }

    private void group(CudaLibrary.@Nullable Function function) {
        CudaLibrary.Function found = found(function);
        int code;
        try {
            code = (int) GROUP.invokeExact(found.address());
        } catch (Throwable t) {
            throw CudaLibrary.Function.unexpected(t);
        }
        check(found, code);
    }

    /** Sends bytes of the device to a rank. */
    void send(long from, long bytes, int peer, long communicator, long stream) {
        peer(send, from, bytes, peer, communicator, stream);
    }

    /** Receives bytes from a rank into the device. */
    void receive(long to, long bytes, int peer, long communicator, long stream) {
        peer(receive, to, bytes, peer, communicator, stream);
    }

    private void peer(
            CudaLibrary.@Nullable Function function,
            long address,
            long bytes,
            int peer,
            long communicator,
            long stream) {
        CudaLibrary.Function found = found(function);
        int code;
        try {
            code = (int) PEER.invokeExact(found.address(), address, bytes, INT8, peer, communicator, stream);
        } catch (Throwable t) {
            throw CudaLibrary.Function.unexpected(t);
        }
        check(found, code);
    }

    private static CudaLibrary.Function found(CudaLibrary.@Nullable Function function) {
        return Objects.requireNonNull(function, "requirePeerCopies comes first");
    }

    /** Throws what a communicator has met since the last call, if that is an error. */
    void asyncError(long communicator) {
        check(getAsyncError, getAsyncError.call(communicator, answer.address()));
        int error = answer.get(JAVA_INT, 0);
        if (error != IN_PROGRESS) {
            check(getAsyncError, error);
        }
    }

    /** Ends what a communicator is waiting for, and frees it. Waits until no graph refers to it any more. */
    void abort(long communicator) {
        check(abort, abort.call(communicator));
    }

    /** Frees a communicator whose work has ended. */
    void destroy(long communicator) {
        check(destroy, destroy.call(communicator));
    }
}
