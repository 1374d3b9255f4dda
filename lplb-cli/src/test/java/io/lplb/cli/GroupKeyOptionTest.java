// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GroupKeyOptionTest {
    private static final String[] RANK = {
        "rank", "--rank=0", "--ranks=2", "--experts=8", "--topology=eplb", "--endpoints=a.invalid:1,b.invalid:2"
    };

    private static CliRun rank(String... more) {
        String[] all = java.util.Arrays.copyOf(RANK, RANK.length + more.length);
        System.arraycopy(more, 0, all, RANK.length, more.length);
        return CliRun.of(all);
    }

    @Test
    void clusterWritesAKeyOnce(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("group.key");
        assertEquals(0, CliRun.of("cluster", "--write-key", file.toString()).exitCode());
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertTrue(Files.readString(file).matches("[0-9a-f]{64}\n"));
        CliRun again = CliRun.of("cluster", "--write-key", file.toString());
        assertEquals(2, again.exitCode());
        assertTrue(again.err().contains("exists already"), again.err());
        CliRun both = rank("--key-file", file.toString(), "--insecure");
        assertEquals(2, both.exitCode());
        assertTrue(both.err().contains("insecure: got it with a key file"), both.err());
    }

    @Test
    void ranksOfSeveralHostsWantAKey() {
        CliRun run = rank();
        assertEquals(2, run.exitCode());
        assertTrue(run.err().startsWith("lplb: group key: got none for packets between a.invalid:1 and"), run.err());
    }
}
