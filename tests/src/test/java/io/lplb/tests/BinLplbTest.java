// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
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

    /** The README's commands that make pages, on files of this test with the names that the README has. */
    @Test
    void theReadmesPages() throws Exception {
        Files.write(root.resolve("routing.npy"), routing());
        Path results = Files.createDirectories(root.resolve("lplb-bench/results"));
        Files.writeString(
                results.resolve("cpu.json"),
                "[{\"benchmark\": \"a.B.c\", \"primaryMetric\": {\"score\": 1, \"scoreUnit\": \"ns/op\"}}]");
        int pages = 0;
        for (String line : Files.readAllLines(PROJECT.resolve("README.md"))) {
            if (line.startsWith("bin/lplb ") && line.contains(" --html ")) {
                String[] words = line.substring("bin/lplb ".length()).strip().split(" +", -1);
                for (int k = 0; k < words.length; k++) {
                    boolean file =
                            words[k].endsWith(".npy") || words[k].endsWith(".json") || words[k].endsWith(".html");
                    words[k] = file ? root.resolve(words[k]).toString() : words[k];
                }
                Outcome outcome = run(Map.of(), root.resolve("bin/lplb"), words);
                assertEquals(0, outcome.exitCode(), line + ": " + outcome);
                assertTrue(Files.readString(Path.of(words[words.length - 1])).startsWith("<!DOCTYPE html>"), line);
                pages++;
            }
        }
        assertEquals(2, pages, "commands of the README with --html");
    }

    /** One layer of 512 tokens with two experts of 64 each, as NumPy writes it. */
    private static byte[] routing() {
        String header = "{'descr': '|u1', 'fortran_order': False, 'shape': (1, 512, 2), }";
        byte[] text = (header + " ".repeat(117 - header.length()) + "\n").getBytes(StandardCharsets.US_ASCII);
        byte[] file = new byte[10 + text.length + 1024];
        byte[] magic = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) text.length, 0};
        System.arraycopy(magic, 0, file, 0, magic.length);
        System.arraycopy(text, 0, file, magic.length, text.length);
        for (int k = 0; k < 1024; k++) {
            // Both experts of a token differ, and 63 occurs, so that there are 64.
            file[magic.length + text.length + k] = (byte) (k == 0 ? 63 : k % 2 * 32 + k * k % 31);
        }
        return file;
    }
}
