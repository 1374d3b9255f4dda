// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The commands that a driven rank is sent, read by a thread of their own from the moment that the process starts. Their
 * end means that the process that sent them is gone, or wants this one to be: if this one has not closed the input some
 * seconds later, because it waits for other ranks, say, it is ended.
 *
 * <p>Safe for use by several threads.
 */
public final class CommandInput implements AutoCloseable {
    private static final long SECONDS_TO_LEAVE = 3;

    private final Queue<String> commands = new ConcurrentLinkedQueue<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean ended;

    /** Starts to read. */
    public CommandInput(InputStream in) {
        Thread reader = new Thread(() -> read(in), "lplb-commands");
        reader.setDaemon(true);
        reader.start();
    }

    private void read(InputStream in) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            while (line != null) {
                commands.add(line);
                line = lines.readLine();
            }
        } catch (IOException e) {
            // The other end is gone, which is an end, too.
        }
        ended = true;
        try {
            if (!closed.await(SECONDS_TO_LEAVE, TimeUnit.SECONDS)) {
                Runtime.getRuntime().halt(1);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns the next command, or null if there is none now. */
    @Nullable String poll() {
        return commands.poll();
    }

    /** Returns whether no more commands will come. */
    boolean hasEnded() {
        return ended;
    }

    /** Says that this process leaves by itself. */
    @Override
    public void close() {
        closed.countDown();
    }
}
