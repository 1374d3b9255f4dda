// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The start script as a process, in a copy of the project's folders whose build is the one under test, so that no
 * second Maven runs inside the first.
 */
class BinLplbTest {
    private static final Path PROJECT = Path.of("").toAbsolutePath().getParent();

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private Path root;

    private record Outcome(int exitCode, List<String> out, List<String> err) {}

    @BeforeEach
    void copyProject() throws IOException {
        Path target = PROJECT.resolve("lplb-bench/target");
        assumeTrue(
                Files.exists(target.resolve("benchmarks.jar")) && Files.isExecutable(Path.of("/bin/bash")),
                "needs bash and a packaged lplb-bench");
        Files.createDirectories(root.resolve("bin"));
        Files.copy(PROJECT.resolve("bin/lplb"), root.resolve("bin/lplb"));
        Files.copy(PROJECT.resolve("pom.xml"), root.resolve("pom.xml"));
        Path built = Files.createDirectories(root.resolve("lplb-bench/target"));
        Files.createSymbolicLink(built.resolve("benchmarks.jar"), target.resolve("benchmarks.jar"));
        Files.createSymbolicLink(built.resolve("lib"), target.resolve("lib"));
        Files.createFile(built.resolve("lplb.built"));
    }

    private Outcome run(Map<String, String> environment, Path script, String... args)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("/bin/bash", script.toString()));
        command.addAll(List.of(args));
        Path out = root.resolve("out.txt");
        Path err = root.resolve("err.txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(Path.of("/").toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().remove("TORNADOVM_HOME");
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        assertTrue(process.waitFor(120, TimeUnit.SECONDS), "the script did not end");
        return new Outcome(process.exitValue(), Files.readAllLines(out), Files.readAllLines(err));
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
        Path stamp = root.resolve("lplb-bench/target/lplb.built");
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
