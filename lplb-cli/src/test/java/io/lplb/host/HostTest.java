// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.host;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostTest {
    private static final String CORES = Runtime.getRuntime().availableProcessors() + " cores";

    @TempDir
    @SuppressWarnings("NullAway.Init") // Set by JUnit.
    private Path folder;

    @Test
    void theFirstModelCountsAndMayBeUnsaid() throws IOException {
        Path info = Files.writeString(folder.resolve("a"), """
                processor\t: 0
                model name\t: Fast Processor: 9000
                model name\t: Another
                """);
        assertEquals("Fast Processor: 9000, " + CORES, Host.processor(info));
        assertEquals(CORES, Host.processor(Files.writeString(folder.resolve("b"), "Features : none\n")));
        assertEquals(CORES, Host.processor(folder.resolve("absent")));
    }

    @Test
    void aFolderThatIsNoCheckoutHasNoCommit() {
        assertEquals(SourceCommit.UNKNOWN, SourceCommit.of(folder));
        assertEquals(SourceCommit.UNKNOWN, SourceCommit.of(folder.resolve("absent")));
    }
}
