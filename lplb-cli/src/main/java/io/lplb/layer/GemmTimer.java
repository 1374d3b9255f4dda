// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.layer;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Runs a user's command that times the grouped GEMM of one rank.
 *
 * <p>A command with the word <code>{}</code> is started for every point, with the tokens of each slot in the place of that
 * word. Any other command is started once: it reads a line with the tokens of each slot, separated by spaces, from standard
 * input, and writes a line with the microseconds to standard output. Its standard error is this process's.
 *
 * <p>The command is run by {@code sh -c}. Not thread-safe.
 */
public final class GemmTimer implements Closeable {
    private static final String PLACE = "{}";

    private final String command;
    private final long timeoutSeconds;
    private @Nullable Process process;
    private @Nullable BufferedReader out;
    private @Nullable BufferedWriter in;

    /**
     * A timer that starts the command at the first point.
     *
     * @param command command line of a shell
     * @param timeoutSeconds longest time that an answer may take, at least 1
     */
    public GemmTimer(String command, long timeoutSeconds) {
        if (command.isBlank()) {
            throw new IllegalArgumentException("command: got nothing, expected a command line");
        }
        if (timeoutSeconds < 1) {
            throw new IllegalArgumentException("timeout: got " + timeoutSeconds + " s, expected at least 1");
        }
        this.command = command;
        this.timeoutSeconds = timeoutSeconds;
    }

    /**
     * Times a point.
     *
     * @param counts tokens of each slot
     * @return microseconds
     * @throws IOException if the command fails or does not answer with a number
     */
    public double micros(long[] counts) throws IOException {
        String tokens = Arrays.stream(counts).mapToObj(Long::toString).collect(Collectors.joining(" "));
        if (command.contains(PLACE)) {
            start(command.replace(PLACE, tokens));
            double us = answer(tokens);
            close();
            return us;
        }
        if (process == null) {
            start(command);
        }
        BufferedWriter to = in;
        if (to != null) {
            try {
                to.write(tokens);
                to.newLine();
                to.flush();
            } catch (IOException e) {
                // The command does not read; what it printed, if anything, is looked at below.
                requireOutput(tokens, e);
            }
        }
        return answer(tokens);
    }

    private void requireOutput(String tokens, IOException cause) throws IOException {
        BufferedReader from = out;
        if (from == null || !from.ready()) {
            throw new IOException("'" + command + "' ended before point " + tokens, cause);
        }
    }

    private void start(String line) throws IOException {
        Process started = new ProcessBuilder("sh", "-c", line)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        process = started;
        out = started.inputReader();
        in = started.outputWriter();
    }

    private double answer(String tokens) throws IOException {
        BufferedReader from = out;
        String line = from == null ? null : readLine(from, tokens);
        if (line == null) {
            throw new IOException(
                    "'" + command + "' got point " + tokens + " and ended, expected a line with microseconds");
        }
        try {
            return Double.parseDouble(line.strip());
        } catch (NumberFormatException e) {
            throw new IOException(
                    "'" + command + "': got '" + line + "' for point " + tokens + ", expected microseconds", e);
        }
    }

    private @Nullable String readLine(BufferedReader from, String tokens) throws IOException {
        CompletableFuture<@Nullable String> line = new CompletableFuture<>();
        Thread reader = new Thread(
                () -> {
                    try {
                        line.complete(from.readLine());
                    } catch (IOException e) {
                        line.completeExceptionally(e);
                    }
                },
                "lplb-profile");
        reader.setDaemon(true);
        reader.start();
        try {
            return line.get(timeoutSeconds, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            Process running = process;
            if (running != null) {
                running.destroyForcibly();
            }
            throw new IOException(
                    "'" + command + "': got no answer to point " + tokens + " in " + timeoutSeconds
                            + " s, expected a line with microseconds",
                    e);
        } catch (ExecutionException e) {
            throw new IOException("'" + command + "': " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted at point " + tokens, e);
        }
    }

    @Override
    public void close() {
        Process running = process;
        process = null;
        in = null;
        out = null;
        if (running != null) {
            running.destroy();
        }
    }
}
