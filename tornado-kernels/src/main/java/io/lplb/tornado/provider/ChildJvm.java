// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.provider;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A JVM like this one that runs a main class and is given a minute. */
final class ChildJvm {
    private static final long SECONDS = 60;

    private ChildJvm() {}

    /** Returns what it printed to both streams, and after that how it ended if not well. */
    static String run(List<String> jvmArguments, String classPath, String mainClass) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // Agents and debuggers of this JVM are not for the child.
        jvmArguments.stream()
                .filter(argument -> !argument.startsWith("-javaagent") && !argument.startsWith("-agent"))
                .forEach(command::add);
        command.addAll(List.of("-cp", classPath, mainClass));
        Path printed = null;
        try {
            printed = Files.createTempFile("lplb-probe", ".log");
            return run(command, printed);
        } catch (IOException e) {
            return "the child JVM could not be started: " + e.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        } finally {
            delete(printed);
        }
    }

    private static String run(List<String> command, Path printed) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(printed.toFile())
                .start();
        String end = "";
        try {
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                end = "\nno answer within " + SECONDS + " s";
            } else if (process.exitValue() != 0) {
                end = "\nexit code " + process.exitValue();
            }
        } finally {
            process.destroyForcibly();
        }
        return new String(Files.readAllBytes(printed), StandardCharsets.UTF_8) + end;
    }

    private static void delete(@Nullable Path file) {
        if (file != null) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                file.toFile().deleteOnExit();
            }
        }
    }
}
