// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.provider;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A JVM like this one that runs a main class within a time limit: for steps that may end or hang the process they run
 * in. Leaves no core dump and no error file after a crash.
 *
 * <p>Stateless and thread-safe.
 */
public final class ChildJvm {
    private static final String CRASH = "#  SIG";

    private ChildJvm() {}

    /**
     * How a child ended.
     *
     * @param printed what it wrote to both streams
     * @param failure how it ended in a few words, empty if with exit code 0
     */
    public record Result(String printed, String failure) {

        /** Returns the last line that is not blank, or "nothing". */
        public String lastWords() {
            List<String> lines = printed.lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .toList();
            return lines.isEmpty() ? "nothing" : lines.get(lines.size() - 1);
        }
    }

    /**
     * Runs a main class and waits for its end or the limit; a child that is still running then is killed.
     *
     * @param jvmArguments as this JVM got them; agents and debuggers are left out
     * @param classPath as in {@code java.class.path}
     */
    public static Result run(
            List<String> jvmArguments, String classPath, Duration limit, String mainClass, String... arguments) {
        Path folder;
        try {
            folder = Files.createTempDirectory("lplb-child");
        } catch (IOException e) {
            return new Result("", "not started: " + e);
        }
        try {
            List<String> command = command(jvmArguments, classPath, folder);
            command.add(mainClass);
            command.addAll(List.of(arguments));
            return run(command, folder.resolve("printed.log"), limit);
        } catch (IOException e) {
            return new Result("", "not started: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Result("", "interrupted");
        } finally {
            delete(folder);
        }
    }

    private static List<String> command(List<String> jvmArguments, String classPath, Path folder) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        jvmArguments.stream()
                .filter(argument -> !argument.startsWith("-javaagent") && !argument.startsWith("-agent"))
                .forEach(command::add);
        command.add("-XX:ErrorFile=" + folder.resolve("hs_err.log"));
        command.add("-XX:-CreateCoredumpOnCrash");
        command.addAll(List.of("-cp", classPath));
        return command;
    }

    private static Result run(List<String> command, Path printed, Duration limit)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(printed.toFile())
                .start();
        boolean ended;
        try {
            process.getOutputStream().close();
            ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } finally {
            process.destroyForcibly();
        }
        String text = new String(Files.readAllBytes(printed), StandardCharsets.UTF_8);
        if (!ended) {
            return new Result(text, "no answer within " + limit.toMillis() / 1000.0 + " s");
        }
        int exitCode = process.exitValue();
        return new Result(text, exitCode == 0 ? "" : "exit code " + exitCode + signal(text));
    }

    /** The signal of a crash, as the JVM's report on it names it. */
    private static String signal(String text) {
        return text.lines()
                .filter(line -> line.startsWith(CRASH))
                .findFirst()
                .map(line -> ", " + line.substring(CRASH.lastIndexOf('S')).split(" ", 2)[0])
                .orElse("");
    }

    private static void delete(Path folder) {
        File[] files = folder.toFile().listFiles();
        if (files != null) {
            for (File file : files) {
                deleteOrLater(file);
            }
        }
        deleteOrLater(folder.toFile());
    }

    private static void deleteOrLater(File file) {
        if (!file.delete()) {
            file.deleteOnExit();
        }
    }
}
