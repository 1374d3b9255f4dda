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

    private static String nameOf(String prefix, long process, String suffix) {
        return ProcessFiles.name(prefix, suffix)
                .replace("-p" + ProcessHandle.current().pid() + "-", "-p" + process + "-");
    }

    private Path folderOf(long process) throws IOException {
        Path folder = parent.resolve(nameOf("lplb-rank-0-", process, ""));
        Files.createDirectories(folder.resolve("publications"));
        Files.writeString(folder.resolve("publications").resolve("1.logbuffer"), "log");
        Files.createSymbolicLink(folder.resolve("link"), foreign);
        return folder;
    }

    @Test
    void foldersOfProcessesThatAreNoMoreAreRemovedWithoutFollowingLinks() throws IOException {
        Path left = folderOf(NO_PROCESS);
        Path alive = folderOf(ProcessHandle.current().pid());
        Path planted = parent.resolve(nameOf("lplb-rank-1-", NO_PROCESS, ""));
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
    void filesOfThisMachineOnlyAreLeftovers() throws IOException {
        Path gone = Files.createFile(parent.resolve(nameOf(".out-", NO_PROCESS, ".tmp")));
        Path alive = Files.createFile(parent.resolve(ProcessFiles.name(".out-", ".tmp")));
        Path otherSuffix = Files.createFile(parent.resolve(nameOf(".out-", NO_PROCESS, ".txt")));
        String name = gone.getFileName().toString();
        char first = name.charAt(".out-".length());
        Path elsewhere = Files.createFile(
                parent.resolve(".out-" + (first == '0' ? '1' : '0') + name.substring(".out-".length() + 1)));
        ProcessFiles.removeLeftovers(parent, "\\.out-", ".tmp");
        assertFalse(Files.exists(gone));
        assertTrue(Files.exists(alive) && Files.exists(otherSuffix) && Files.exists(elsewhere));
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
