// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lplb.trace.NpyBytes;
import io.lplb.trace.TraceSteps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
                kind:     ids in .npy
                shape:    1 steps, 1 layers, 3 experts, 1 sources
                sum:      4
                largest:  2 tokens
                padding:  2 ids
                """, run.out());
    }

    @Test
    void convertWritesCountsThatInfoAndReadersRead() throws IOException {
        Path out = folder.resolve("t.lplb");
        CliRun run = CliRun.of("trace", "convert", ids().toString(), "--padding", "255", "--output", out.toString());
        assertEquals(0, run.exitCode(), run.err());
        assertEquals(List.of("[[1, 1, 2]]"), TraceSteps.of(out));
        CliRun info = CliRun.of("trace", "info", out.toString());
        assertTrue(info.out().contains("shape:    1 steps, 1 layers, 3 experts, 1 sources\nsum:      4\n"), info.out());
    }

    /** The same name, sizes and seed make the same file, with the ranks as sources. */
    @Test
    void makeWritesANamedWorkload() throws IOException {
        Path one = folder.resolve("one.lplb");
        Path two = folder.resolve("two.lplb");
        for (Path file : List.of(one, two)) {
            CliRun run = CliRun.of(
                    ("trace make W4 --seed 7 --experts 16 --ranks 4 --steps 3 --tokens 40 --top-k 2 --output " + file)
                            .split(" "));
            assertEquals(0, run.exitCode(), run.err());
        }
        assertArrayEquals(Files.readAllBytes(one), Files.readAllBytes(two));
        CliRun info = CliRun.of("trace", "info", one.toString());
        assertTrue(
                info.out().contains("shape:    3 steps, 1 layers, 16 experts, 4 sources\nsum:      240\n"), info.out());
    }

    @Test
    void infoAsJson() throws IOException {
        CliRun run = CliRun.of("trace", "info", ids().toString(), "--padding", "255", "--json");
        JsonNode json = new ObjectMapper().readTree(run.out());
        assertEquals(
                "{\"kind\":\"ids in .npy\",\"shape\":{\"steps\":1,\"layers\":1,\"experts\":3,\"sources\":1},"
                        + "\"sum\":4,\"largest\":2,\"padding\":2}",
                json.toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "trace; got no command, expected one of",
                "trace info; Missing required parameter",
                "trace make W9 --output w.lplb; workload: got W9, expected one of",
                "trace make W1 --experts 9 --output w.lplb; experts: got 9 on 8 ranks",
                "trace make W1 --top-k 0 --output w.lplb; top-k: got 0",
                "trace info none.pt; none.pt: no such file or folder",
                "trace info pom.xml; pom.xml: got a file of no known format",
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
