// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.trace.TraceOptions.Content;
import io.lplb.trace.engine.BalanceLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Readers of files, as fuzz tests and the tests of what those found call them. */
public enum FuzzedReader {
    TORCH("t.pt", Content.IDS),
    JSON("t.json", Content.IDS),
    NPY_IDS("i.npy", Content.IDS),
    NPY_COUNTS("c.npy", Content.COUNTS),
    NPY_SOURCES("s.npy", Content.SOURCES),
    CSV("t.csv", Content.IDS),
    OWN("t.lplb", Content.IDS),
    ULTRAEP("u.chunk000000.npz", Content.IDS),
    TENSORRT("rank0.safetensors", Content.IDS) {
        @Override
        void open(Path folder, Path file) throws IOException {
            Files.writeString(folder.resolve("meta_info.json"), "{\"num_experts\": 8}");
            steps(folder, Content.IDS);
        }
    },
    TENSORRT_META("meta_info.json", Content.IDS) {
        @Override
        void open(Path folder, Path file) throws IOException {
            steps(folder, Content.IDS);
        }
    },
    BALANCE_LOG("t.log", Content.IDS) {
        @Override
        void open(Path folder, Path file) throws IOException {
            BalanceLog.read(file);
        }
    },
    PROBLEM("t.jsonl", Content.IDS) {
        @Override
        void open(Path folder, Path file) throws IOException {
            byte[] line = Files.readAllBytes(file);
            ProblemLineParser.parse(line, line.length);
        }
    },
    PLACEMENT("p.json", Content.IDS) {
        @Override
        void open(Path folder, Path file) throws IOException {
            PlacementFile.read(file, 4, 8);
        }
    },
    HISTORY("h.npy", Content.IDS) {
        @Override
        void open(Path folder, Path file) throws IOException {
            HistoryReader.read(file);
        }
    },
    LOADS("l.npy", Content.IDS) {
        @Override
        void open(Path folder, Path file) throws IOException {
            LoadReader.read(file);
        }
    };

    private final String name;
    private final Content content;

    FuzzedReader(String name, Content content) {
        this.name = name;
        this.content = content;
    }

    /**
     * Reads bytes as a file.
     *
     * @param folder to put the file in
     * @return whether they were refused by a FormatException of one line
     * @throws Exception any other failure of the reader
     */
    public boolean refuses(Path folder, byte[] bytes) throws Exception {
        Path own = Files.createDirectories(folder.resolve(name()));
        Path file = Files.write(own.resolve(name), bytes);
        try {
            open(own, file);
            return false;
        } catch (FormatException e) {
            String message = String.valueOf(e.getMessage());
            assertEquals(1, message.lines().count(), message);
            assertTrue(message.length() < 1000, message);
            return true;
        }
    }

    void open(Path folder, Path file) throws IOException {
        steps(file, content);
    }

    static void steps(Path trace, Content content) throws IOException {
        try (Trace opened = Traces.open(trace, TraceOptions.DEFAULT.withContent(content))) {
            while (opened.next()) {
                for (long[] layer : opened.counts()) {
                    for (long count : layer) {
                        assertTrue(count >= 0, () -> "count " + count);
                    }
                }
            }
        }
    }
}
