// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.tests.StartScript.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The start script as a process. */
class BinLplbTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private Path root;

    @SuppressWarnings("NullAway.Init") // Made before each test.
    private StartScript script;

    @BeforeEach
    void copyProject() throws IOException {
        script = new StartScript(root);
    }

    private Outcome run(Map<String, String> environment, Path link, String... args)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("/bin/bash", link.toString()));
        command.addAll(List.of(args));
        return script.run(Path.of("/"), environment, command);
    }

    @Test
    void runsFromAnyFolderAndThroughALink() throws Exception {
        Path link = root.resolve("link-to-lplb");
        Files.createSymbolicLink(link, root.resolve("bin/lplb"));
        Outcome outcome = run(Map.of(), link, "topology", "list");
        assertEquals(0, outcome.exitCode(), outcome.toString());
        assertTrue(outcome.out().stream().anyMatch(line -> line.startsWith("cube")), outcome.toString());
        assertEquals(List.of(), outcome.err());
    }

    @Test
    void errorsAreOneLineAndExitCodeTwo() throws Exception {
        for (String[] args :
                new String[][] {{}, {"solve", "--solver", "simplex"}, {"nonsense"}, {"demo", "--batches", "-1"}}) {
            Outcome outcome = run(Map.of(), root.resolve("bin/lplb"), args);
            assertEquals(2, outcome.exitCode(), outcome.toString());
            assertEquals(1, outcome.err().size(), outcome.toString());
            assertTrue(outcome.err().get(0).startsWith("lplb: "), outcome.toString());
        }
    }

    @Test
    void aNewerSourceIsBuiltFirstAndAFailedBuildIsShown() throws Exception {
        Path tools = Files.createDirectories(root.resolve("tools"));
        Path maven = tools.resolve("mvn");
        Files.writeString(maven, "#!/bin/sh\necho \"built with $*\"\nexit 1\n");
        assertTrue(maven.toFile().setExecutable(true));
        Path stamp = root.resolve("lplb-cli/target/lplb.built");
        Files.delete(stamp);
        String path = tools + ":" + System.getenv("PATH");
        Outcome outcome = run(Map.of("PATH", path), root.resolve("bin/lplb"), "doctor");
        assertEquals(2, outcome.exitCode(), outcome.toString());
        assertTrue(outcome.err().get(0).startsWith("lplb: building"), outcome.toString());
        assertTrue(
                outcome.err().stream().anyMatch(line -> line.startsWith("built with") && line.contains("package")),
                outcome.toString());
        assertFalse(Files.exists(stamp));
    }
}
