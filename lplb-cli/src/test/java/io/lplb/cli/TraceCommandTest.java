// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.trace.CountTrace;
import io.lplb.trace.NpyBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TraceCommandTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private Path folder;

    /** One layer, three tokens of two experts, two ids of padding. */
    private Path ids() throws IOException {
        return NpyBytes.write(folder, "|u1", "1, 3, 2", 1, 0, 2, 2, 255, 1, 255);
    }

    @Test
    void infoSaysWhatATraceHolds() throws IOException {
        CliRun run = CliRun.of("trace", "info", ids().toString(), "--padding", "255");
        assertEquals(0, run.exitCode(), run.err());
        assertEquals("""
                kind:     ids
                shape:    1 layers, 3 tokens, 2 experts per token
                experts:  3
                sum:      4
                largest:  2 in one expert of a layer and step
                padding:  2 ids
                """, run.out());
    }

    @Test
    void convertWritesCountsThatInfoAndReadersRead() throws IOException {
        Path out = folder.resolve("t.lplb");
        CliRun run = CliRun.of("trace", "convert", ids().toString(), "--padding", "255", "--output", out.toString());
        assertEquals(0, run.exitCode(), run.err());
        CountTrace.read(out, (step, counts) -> assertArrayEquals(new long[] {1, 1, 2}, counts[0]));
        CliRun info = CliRun.of("trace", "info", out.toString());
        assertTrue(info.out().contains("shape:    1 steps, 1 layers\nexperts:  3\nsum:      4\n"), info.out());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "trace; got no command, expected one of",
                "trace info; Missing required parameter",
                "trace info none.pt; none.pt: no such file",
                "trace info pom.xml; pom.xml: got a file that does not begin with LPLBCNT1",
                "trace convert pom.xml; Missing required option",
                "trace convert pom.xml --output pom.xml; pom.xml: got an input as the place to write to",
            })
    void errorsAreOneLineAndExitCode2(String args, String message) {
        CliRun run = CliRun.of(args.split(" ", -1));
        assertEquals(2, run.exitCode());
        assertTrue(run.err().startsWith("lplb: " + message), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
    }

    @Test
    void emptyFileIsRefused() throws IOException {
        Path empty = Files.createFile(folder.resolve("empty.pt"));
        CliRun run = CliRun.of("trace", "info", empty.toString());
        assertEquals(2, run.exitCode());
        assertTrue(run.err().contains("empty.pt: got no zip archive"), run.err());
    }
}
