// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tests;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * bin/lplb in a copy of the project's folders whose build is the one under test, so that no second Maven runs inside the
 * first.
 */
final class StartScript {
    private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

    private final Path root;

    /** How a process ended, and what it wrote. */
    record Outcome(int exitCode, List<String> out, List<String> err) {}

    /** Copies into an empty folder; the test is skipped where there is nothing to copy. */
    StartScript(Path root) throws IOException {
        this.root = root;
        Path target = PROJECT.resolve("lplb-cli/target");
        assumeTrue(
                Files.exists(target.resolve("lplb.jar")) && Files.isExecutable(Path.of("/bin/bash")),
                "needs bash and a packaged lplb-cli");
        Files.createDirectories(root.resolve("bin"));
        Files.copy(PROJECT.resolve("bin/lplb"), root.resolve("bin/lplb"));
        Files.copy(PROJECT.resolve("pom.xml"), root.resolve("pom.xml"));
        Path built = Files.createDirectories(root.resolve("lplb-cli/target"));
        Files.createSymbolicLink(built.resolve("lplb.jar"), target.resolve("lplb.jar"));
        Files.createSymbolicLink(built.resolve("lib"), target.resolve("lib"));
        Files.createFile(built.resolve("lplb.built"));
    }

    /** Runs a command with the JDK of the test and without a TornadoVM. */
    Outcome run(Path folder, Map<String, String> environment, List<String> command)
            throws IOException, InterruptedException {
        Path out = root.resolve("out.txt");
        Path err = root.resolve("err.txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
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
}
