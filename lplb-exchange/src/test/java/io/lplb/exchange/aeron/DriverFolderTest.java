// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DriverFolderTest {
    /** Above the largest number of a process. */
    private static final long NO_PROCESS = 99_999_999_999L;

    @TempDir
    private Path parent = Path.of("");

    private Path foreign = Path.of("");

    @BeforeEach
    void makeForeignFolder() throws IOException {
        foreign = Files.createDirectories(parent.resolve("foreign"));
        Files.writeString(foreign.resolve("precious"), "kept");
    }

    private Path folderOf(long process) throws IOException {
        Path folder = parent.resolve("lplb-rank-0-p" + process + "-" + UUID.randomUUID());
        Files.createDirectories(folder.resolve("publications"));
        Files.writeString(folder.resolve("publications").resolve("1.logbuffer"), "log");
        Files.createSymbolicLink(folder.resolve("link"), foreign);
        return folder;
    }

    @Test
    void foldersOfProcessesThatAreNoMoreAreRemovedWithoutFollowingLinks() throws IOException {
        Path left = folderOf(NO_PROCESS);
        Path alive = folderOf(ProcessHandle.current().pid());
        Path planted = parent.resolve("lplb-rank-1-p" + NO_PROCESS + "-" + UUID.randomUUID());
        Files.createSymbolicLink(planted, foreign);
        Path other = Files.createDirectories(parent.resolve("lplb-notes"));
        DriverFolder.removeLeftovers(parent);
        assertFalse(Files.exists(left));
        assertTrue(Files.exists(alive));
        assertTrue(Files.isSymbolicLink(planted));
        assertTrue(Files.exists(other));
        assertEquals("kept", Files.readString(foreign.resolve("precious")));
        assertEquals(
                parent, DriverFolder.next(parent, "rank-3").getParent(), "there is space for more than a small group");
    }

    @Test
    void aSharedFolderThatOthersMayChangeIsRefused() throws IOException {
        DriverFolder.requireSafe(parent.resolve("not-there-yet"));
        DriverFolder.requireSafe(foreign);
        Files.setPosixFilePermissions(foreign, PosixFilePermissions.fromString("rwxrwxr-x"));
        assertTrue(messageOf(foreign).startsWith("aeron directory: got mode rwxrwxr-x of "), messageOf(foreign));
        Path link = Files.createSymbolicLink(parent.resolve("link"), parent);
        assertTrue(messageOf(link).endsWith("which is a link or a file, expected a directory"), messageOf(link));
        assertTrue(messageOf(foreign.resolve("precious")).contains("a link or a file"));
    }

    private static String messageOf(Path folder) {
        return String.valueOf(assertThrows(IllegalArgumentException.class, () -> DriverFolder.requireSafe(folder))
                .getMessage());
    }
}
