// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cluster;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Memory of a group's processes; -1 where the system does not tell.
 *
 * @param sharedKib used of the file system of shared memory, by whomever
 * @param folders directories of media drivers in it
 * @param residentKib of the largest process
 */
public record MemoryUse(long sharedKib, long folders, long residentKib) {
    private static final Path SHARED = Path.of("/dev/shm");
    private static final int KIB = 1024;
    private static final String RESIDENT = "VmRSS:";

    /** Measures now. */
    static MemoryUse of(List<Long> processes) throws IOException {
        if (!Files.isDirectory(SHARED)) {
            return new MemoryUse(-1, -1, -1);
        }
        long folders = 0;
        try (DirectoryStream<Path> all = Files.newDirectoryStream(SHARED, "lplb-*")) {
            for (Path ignored : all) {
                folders++;
            }
        }
        long used = SHARED.toFile().getTotalSpace() - SHARED.toFile().getFreeSpace();
        long resident = -1;
        for (long process : processes) {
            resident = Math.max(resident, residentKib(process));
        }
        return new MemoryUse(used / KIB, folders, resident);
    }

    private static long residentKib(long process) throws IOException {
        Path status = Path.of("/proc/" + process + "/status");
        if (!Files.isReadable(status)) {
            return -1;
        }
        for (String line : Files.readAllLines(status)) {
            if (line.startsWith(RESIDENT)) {
                return Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        return -1;
    }
}
