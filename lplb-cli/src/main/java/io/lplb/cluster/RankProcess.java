// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lplb.exchange.aeron.GroupKey;
import io.lplb.exchange.aeron.JvmOptions;
import io.lplb.exchange.aeron.ProcessFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A rank as a child process of this one: the same Java, {@code lplb rank --driven}, see {@link DrivenRank}. It ends when
 * its standard input does, so it does not outlive this process.
 *
 * <p>Not thread-safe.
 */
public final class RankProcess implements AutoCloseable {
    private static final String GONE = "";
    private static final String ERRORS = ".err";
    private static final long PATIENCE_SECONDS = 120;
    private static final int FEW_CORES = 4;

    /** Where the libraries of driver and NCCL are, among others. */
    private static final String OWN_PROPERTIES = "lplb.";

    private final int rank;
    private final Process process;
    private final PrintWriter commands;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final Path errors;
    private @Nullable Process continuation;

    private RankProcess(int rank, Process process, Path errors) {
        this.rank = rank;
        this.process = process;
        this.errors = errors;
        this.commands = new PrintWriter(process.getOutputStream(), true, StandardCharsets.UTF_8);
        Thread reader = new Thread(this::read, "lplb-rank-" + rank);
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Starts a rank.
     *
     * @param arguments of {@code lplb rank}, without the rank itself
     * @param key of the group
     */
    public static RankProcess start(int rank, List<String> arguments, GroupKey key) throws IOException {
        List<String> command = javaCommand("io.lplb.cli.Lplb");
        if (Runtime.getRuntime().availableProcessors() < FEW_CORES) {
            // Compiling well would take more from the ranks than it gives them.
            command.add(1, "-XX:TieredStopAtLevel=1");
        }
        command.addAll(List.of("rank", "--driven", "--rank", Integer.toString(rank)));
        command.addAll(arguments);
        Path folder = Path.of(System.getProperty("java.io.tmpdir", "."));
        ProcessFiles.removeLeftovers(folder, "lplb-rank-[0-9]+-", ERRORS);
        Path errors = Files.createFile(folder.resolve(ProcessFiles.name("lplb-rank-" + rank + "-", ERRORS)));
        errors.toFile().deleteOnExit();
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
        // Not an argument, which everybody on the host could see.
        builder.environment().put(GroupKey.VARIABLE, key.text());
        Process process = builder.start();
        return new RankProcess(rank, process, errors);
    }

    /** The same Java, class path and properties of this library as this process's, for a small program. */
    static List<String> javaCommand(String mainClass) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home", ""), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx512m"));
        command.addAll(JvmOptions.needed());
        System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith(OWN_PROPERTIES))
                .sorted()
                .forEach(name -> command.add("-D" + name + "=" + System.getProperty(name)));
        command.addAll(List.of(
                "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path", ""), mainClass));
        return command;
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            while (line != null) {
                answers.add(line);
                line = lines.readLine();
            }
        } catch (IOException e) {
            // Killed: its output is gone.
        }
        answers.add(GONE);
    }

    /** Tells the rank to replay the rounds below {@code end}; {@link #await} "at" tells when it has. */
    public void run(long end) {
        commands.println("run " + end);
    }

    /** Waits until the rank has said "ready" or "at", and returns the round that comes next for it. */
    public long await(String what) throws IOException, InterruptedException {
        return await(what, List.of());
    }

    /** The same, but ends with an error as soon as one of the others' processes has ended. */
    long await(String what, List<RankProcess> others) throws IOException, InterruptedException {
        return Long.parseLong(answer(what, others));
    }

    /** Asks for the round that comes next. */
    long round() throws IOException, InterruptedException {
        commands.println("round");
        return await("round");
    }

    /** Stops the rank's process; it does not notice. */
    void stop() throws IOException, InterruptedException {
        requireZero(new ProcessBuilder("kill", "-STOP", Long.toString(pid())).start());
        // Started now, so that the process goes on at once when it is told to.
        continuation = new ProcessBuilder("sh", "-c", "read line; kill -CONT " + pid()).start();
    }

    /** Lets the stopped process go on. */
    void goOn() throws IOException, InterruptedException {
        Process kill = Objects.requireNonNull(continuation, "rank was not stopped");
        continuation = null;
        kill.getOutputStream().write('\n');
        kill.getOutputStream().close();
        requireZero(kill);
    }

    private void requireZero(Process kill) throws IOException, InterruptedException {
        int exit = kill.waitFor();
        if (exit != 0) {
            throw new IOException("rank " + rank + ": got exit code " + exit + " of kill, expected 0");
        }
    }

    /** Asks for the results so far. */
    public RankResult report() throws IOException, InterruptedException {
        commands.println("report");
        try {
            return new ObjectMapper().readValue(answer("report", List.of()), RankResult.class);
        } catch (JsonProcessingException e) {
            throw new IOException("rank " + rank + ": got a report that cannot be read, expected JSON", e);
        }
    }

    private String answer(String what, List<RankProcess> others) throws IOException, InterruptedException {
        @Nullable String line = null;
        for (int s = 0; line == null && s < PATIENCE_SECONDS; s++) {
            for (RankProcess other : others) {
                if (!other.process.isAlive()) {
                    throw other.ended();
                }
            }
            line = answers.poll(1, TimeUnit.SECONDS);
        }
        if (line == null) {
            throw new IOException("rank " + rank + ": got nothing for " + PATIENCE_SECONDS + " s, expected " + what);
        }
        if (!line.startsWith(what + " ")) {
            process.waitFor(1, TimeUnit.SECONDS);
            throw ended();
        }
        return line.substring(what.length() + 1);
    }

    private IOException ended() throws IOException {
        List<String> said = Files.readAllLines(errors);
        String why = said.isEmpty() ? "no message" : said.get(0).replaceFirst("^lplb: ", "");
        return new IOException("rank " + rank + " ended: " + why);
    }

    /** Returns the number of the process. */
    long pid() {
        return process.pid();
    }

    /** Kills the rank as a machine that fails would: it has no time to say anything. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Lets the rank leave, and kills it if it does not within seconds. */
    @Override
    public void close() throws IOException {
        commands.close();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        Files.deleteIfExists(errors);
    }
}
