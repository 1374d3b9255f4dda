// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The stand-in for the driver's library, {@code standin.c}, compiled by the machine's C compiler. */
public final class StandIn {
    private final Path file;
    private final SymbolLookup symbols;

    @SuppressWarnings("restricted")
    private StandIn(Path file) {
        this.file = file;
        this.symbols = SymbolLookup.libraryLookup(file, Arena.global());
    }

    /** Compiles and loads the stand-in; the test is skipped on a machine without a C compiler. */
    public static StandIn compile(Path folder, String... options) throws IOException, InterruptedException {
        Path source = folder.resolve("standin.c");
        try (InputStream in = Objects.requireNonNull(StandIn.class.getResourceAsStream("standin.c"), "standin.c")) {
            Files.write(source, in.readAllBytes());
        }
        Path library = folder.resolve("libstandin" + String.join("", options) + ".so");
        List<String> command =
                new ArrayList<>(List.of("cc", "-O1", "-shared", "-fPIC", "-pthread", "-o", library.toString()));
        command.addAll(List.of(options));
        command.add(source.toString());
        Process compiler;
        try {
            compiler = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("cc.log").toFile())
                    .start();
        } catch (IOException e) {
            assumeTrue(false, "no C compiler on this machine: the driver's calls are not tested");
            throw e;
        }
        compiler.waitFor(2, TimeUnit.MINUTES);
        assertEquals(0, compiler.exitValue(), () -> "cc: " + log(folder));
        return new StandIn(library);
    }

    private static String log(Path folder) {
        try {
            return Files.readString(folder.resolve("cc.log"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Returns what an exception says. */
    public static String message(@Nullable Throwable t) {
        return String.valueOf(Objects.requireNonNull(t, "an exception").getMessage());
    }

    public Path file() {
        return file;
    }

    public CudaDriver driver() throws CudaUnavailableException {
        return new CudaDriver(CudaLibrary.load(List.of(file.toString())));
    }

    private Object call(String function, FunctionDescriptor type, Object... arguments) {
        @SuppressWarnings("restricted")
        MethodHandle handle =
                Linker.nativeLinker().downcallHandle(symbols.find(function).orElseThrow(), type);
        try {
            return handle.invokeWithArguments(arguments);
        } catch (Throwable t) {
            throw new IllegalStateException(function, t);
        }
    }

    public void reset() {
        call("standin_reset", FunctionDescriptor.ofVoid());
    }

    /** From now on a function returns an error; from 700 on every function does, once it did. Null ends it. */
    public void fail(String function, int result) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(function);
            call("standin_fail", FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT), name, result);
        }
    }

    public void capability(int value) {
        set("standin_capability", value);
    }

    /** From now on solvers' launches answer every group with equal shares. */
    public void answer(int entries, int threads) {
        call("standin_answer", FunctionDescriptor.ofVoid(JAVA_INT, JAVA_INT), entries, threads);
    }

    private void set(String function, int value) {
        call(function, FunctionDescriptor.ofVoid(JAVA_INT), value);
    }

    /** From now on a gather brings no row but this source's own, or brings them again. */
    public void late(boolean value) {
        set("standin_late", value ? 1 : 0);
    }

    /** From now on gathers do not end until the communicator is aborted. */
    public void hang(boolean value) {
        set("standin_hang", value ? 1 : 0);
    }

    /** From now on the other sources do not connect, until false. */
    public void missing(boolean value) {
        set("standin_hang", value ? 2 : 0);
    }

    /** From now on the sources are threads of this process, and gathers are theirs. */
    public void together(boolean value) {
        set("standin_together", value ? 1 : 0);
    }

    public void asyncError(int value) {
        set("standin_async_error", value);
    }

    public void otherFingerprint(int value) {
        set("standin_other_fingerprint", value);
    }

    public int aborts() {
        return count("standin_aborts");
    }

    public int gathers() {
        return count("standin_gathers");
    }

    private int count(String function) {
        return (int) call(function, FunctionDescriptor.of(JAVA_INT));
    }

    /** Returns how many contexts, modules, streams, buffers, graphs and the like are not given back. */
    public int live() {
        return count("standin_live");
    }

    /** Waits until all that was taken is given back, if it is in time: what was given up is given back by threads of its own. */
    public void awaitNothingLive(long nanos) {
        long start = System.nanoTime();
        while (live() != 0 && System.nanoTime() - start < nanos) {
            Thread.onSpinWait();
        }
    }

    /** Returns how many contexts were made since the last reset. */
    public int contexts() {
        return count("standin_contexts");
    }

    public int launches() {
        return count("standin_launches");
    }

    public int graphLaunches() {
        return count("standin_graph_launches");
    }

    /** Returns how many words or ranges of the device's memory were set. */
    public int fills() {
        return count("standin_fills");
    }

    public int copiedIn() {
        return count("standin_copied_in");
    }

    public int copiedOut() {
        return count("standin_copied_out");
    }

    /** Returns the stream of the last launch. */
    public int lastStream() {
        return count("standin_last_stream");
    }
}
