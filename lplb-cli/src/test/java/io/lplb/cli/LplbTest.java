// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.lplb.solver.Backends;
import io.lplb.solver.SolverProvider;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class LplbTest {
    /** A command line whose solve command throws. */
    private static CliRun failing(Supplier<BackendTable> body, String... args) {
        return CliRun.of(
                InputStream.nullInputStream(), CliRun.replacing(SolveCommand.class, new SolveCommand(body)), args);
    }

    @Test
    void helpListsTheCommands() {
        CliRun run = CliRun.of("--help");
        assertEquals(0, run.exitCode());
        assertEquals("", run.err());
        for (String command : new String[] {"solve", "topology", "doctor"}) {
            assertTrue(run.out().contains("\n  " + command), run.out());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"solve", "doctor"})
    void everyCommandHasHelp(String command) {
        CliRun run = CliRun.of(command, "--help");
        assertEquals(0, run.exitCode());
        assertTrue(run.out().startsWith("Usage: lplb " + command), run.out());
    }

    @Test
    void versionIsTheBuilds() {
        CliRun run = CliRun.of("--version");
        assertEquals(0, run.exitCode());
        assertTrue(run.out().matches("lplb \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?\\R"), run.out());
        assertEquals(run.out(), CliRun.of("solve", "--version").out());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "''; got no command, expected one of",
                "dance; Unmatched argument at index 0: 'dance'",
                "--color; Unknown option: '--color'",
                "solve --color; Unknown option: '--color' (see lplb solve --help)",
                "solve x; Unmatched argument at index 1: 'x'",
                "solve --tolerance; Missing required parameter for option '--tolerance'",
                "solve --tolerance abc; Invalid value for option '--tolerance': 'abc' is not a double",
                "solve --tolerance NaN; tolerance: got NaN, expected a positive fraction of the mean load",
                "solve --tolerance 0; tolerance: got 0.0",
                "solve --tolerance Infinity; tolerance: got Infinity",
                "solve --solver simplex; solver: got 'simplex', expected one of ",
                "solve --backend tpu; backend: got tpu, expected one of cpu, emulator, gpu",
                "solve --input none.jsonl; none.jsonl: no such file",
                "solve --input .; .: got a folder, expected a file",
            })
    void errorsAreOneLineAndExitCode2(String args, String message) {
        CliRun run = CliRun.of(args.isEmpty() ? new String[0] : args.split(" ", -1));
        assertEquals(2, run.exitCode());
        assertEquals("", run.out());
        assertTrue(run.err().startsWith("lplb: " + message), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
    }

    @Test
    void unexpectedFailuresShowTheirTraceOnlyOnDemand() {
        Supplier<BackendTable> body = () -> {
            throw new ArithmeticException("broken\nby a bug");
        };
        CliRun quiet = failing(body, "solve");
        assertEquals(2, quiet.exitCode());
        assertEquals(1, quiet.err().lines().count(), quiet.err());
        assertTrue(quiet.err().startsWith("lplb: internal error"), quiet.err());
        assertTrue(quiet.err().contains("broken by a bug"), quiet.err());
        for (String[] args : new String[][] {{"solve", "--verbose"}, {"--verbose", "solve"}}) {
            CliRun verbose = failing(body, args);
            assertEquals(2, verbose.exitCode());
            assertTrue(verbose.err().contains("\tat io.lplb.cli.SolveCommand.call"), verbose.err());
        }
    }

    @Test
    void lackOfMemoryIsAnError() {
        CliRun run = failing(
                () -> {
                    throw new OutOfMemoryError("heap");
                },
                "solve");
        assertEquals(2, run.exitCode());
        assertTrue(run.err().startsWith("lplb: out of memory: the heap may have "), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
    }

    @Test
    void fileErrorsSayWhatIsWrongWithTheFile() {
        assertEquals("lplb: a.jsonl: permission denied", reading(new AccessDeniedException("a.jsonl")));
        assertEquals("lplb: a.jsonl: no such file or folder", reading(new NoSuchFileException("a.jsonl")));
        assertEquals("lplb: a.jsonl: exists already", reading(new FileAlreadyExistsException("a.jsonl")));
        assertEquals("lplb: a.jsonl: not a folder", reading(new NotDirectoryException("a.jsonl")));
        assertEquals("lplb: Input/output error", reading(new IOException("Input/output error")));
    }

    private static String reading(IOException error) {
        InputStream in = new InputStream() {
            @Override
            public int read() throws IOException {
                throw error;
            }

            @Override
            public int read(byte[] to, int offset, int length) throws IOException {
                throw error;
            }
        };
        CliRun run = CliRun.of(in, CommandLine.defaultFactory(), "solve");
        assertEquals(2, run.exitCode());
        return run.err().strip();
    }

    @Test
    void aReaderThatWentAwayIsNoErrorAndAFullDiskIs() {
        CliRun pipe = writingTo("Broken pipe", "--help");
        assertEquals(0, pipe.exitCode());
        assertEquals("", pipe.err());
        CliRun disk = writingTo("No space left on device", "--help");
        assertEquals(2, disk.exitCode());
        assertEquals(
                "lplb: standard output: No space left on device", disk.err().strip());
    }

    private static CliRun writingTo(String error, String... args) {
        OutputStream out = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException(error);
            }
        };
        CliRun run = CliRun.of(InputStream.nullInputStream(), out, CommandLine.defaultFactory(), args);
        assertFalse(run.err().contains("\tat "), run.err());
        return run;
    }

    @Test
    void withoutAGpuItsBackendIsRefusedInOneLine() {
        for (SolverProvider provider : Backends.providers()) {
            assumeFalse(provider.backend().equals("gpu") && provider.probe().available(), "this machine has a GPU");
        }
        CliRun run = CliRun.of("solve", "--backend", "gpu");
        assertEquals(2, run.exitCode());
        assertTrue(run.err().startsWith("lplb: backend gpu: not available. The NVIDIA driver"), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
    }
}
