// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.lplb.trace.FuzzedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Every reader answers any file with what it holds or a FormatException. {@code CONTRIBUTING.md} has the command. */
class ReaderFuzzTest {
    private static final String TIME = "60s";

    private static void read(FuzzedReader reader, byte[] data) throws Exception {
        reader.refuses(Folder.PATH, data);
    }

    /** Folder for the files, made when the first is written. */
    private static final class Folder {
        static final Path PATH = make();

        private static Path make() {
            try {
                Path path = Files.createTempDirectory("lplb-fuzz");
                path.toFile().deleteOnExit();
                return path;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @FuzzTest(maxDuration = TIME)
    void torch(byte[] data) throws Exception {
        read(FuzzedReader.TORCH, data);
    }

    @FuzzTest(maxDuration = TIME)
    void json(byte[] data) throws Exception {
        read(FuzzedReader.JSON, data);
    }

    @FuzzTest(maxDuration = TIME)
    void npyIds(byte[] data) throws Exception {
        read(FuzzedReader.NPY_IDS, data);
    }

    @FuzzTest(maxDuration = TIME)
    void npyCounts(byte[] data) throws Exception {
        read(FuzzedReader.NPY_COUNTS, data);
    }

    @FuzzTest(maxDuration = TIME)
    void npySources(byte[] data) throws Exception {
        read(FuzzedReader.NPY_SOURCES, data);
    }

    @FuzzTest(maxDuration = TIME)
    void csv(byte[] data) throws Exception {
        read(FuzzedReader.CSV, data);
    }

    @FuzzTest(maxDuration = TIME)
    void own(byte[] data) throws Exception {
        read(FuzzedReader.OWN, data);
    }

    @FuzzTest(maxDuration = TIME)
    void ultraEp(byte[] data) throws Exception {
        read(FuzzedReader.ULTRAEP, data);
    }

    @FuzzTest(maxDuration = TIME)
    void tensorRt(byte[] data) throws Exception {
        read(FuzzedReader.TENSORRT, data);
    }

    @FuzzTest(maxDuration = TIME)
    void tensorRtMeta(byte[] data) throws Exception {
        read(FuzzedReader.TENSORRT_META, data);
    }

    @FuzzTest(maxDuration = TIME)
    void balanceLog(byte[] data) throws Exception {
        read(FuzzedReader.BALANCE_LOG, data);
    }

    @FuzzTest(maxDuration = TIME)
    void problem(byte[] data) throws Exception {
        read(FuzzedReader.PROBLEM, data);
    }

    @FuzzTest(maxDuration = TIME)
    void placement(byte[] data) throws Exception {
        read(FuzzedReader.PLACEMENT, data);
    }

    @FuzzTest(maxDuration = TIME)
    void history(byte[] data) throws Exception {
        read(FuzzedReader.HISTORY, data);
    }

    @FuzzTest(maxDuration = TIME)
    void loads(byte[] data) throws Exception {
        read(FuzzedReader.LOADS, data);
    }
}
