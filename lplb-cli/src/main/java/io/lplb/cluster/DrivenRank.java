// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A rank that another process drives, by lines on its standard input and output:
 *
 * <pre>
 *   in    run N       replay rounds below N
 *         round       tell the round that comes next
 *         report      tell the results so far
 *         (end)       leave; this is also how a rank ends when the process that started it is gone
 *   out   ready N     connected, round N would be the next
 *         at N        done, round N would be the next
 *         round N     round N would be the next
 *         report {..} a {@link RankResult} in JSON
 * </pre>
 *
 * Commands are taken between rounds. While it waits for one it answers other ranks, so that one that was started anew can connect.
 *
 * <p>Not thread-safe.
 */
public final class DrivenRank {
    private static final long PAUSE_NANOS = 1_000_000;

    private final RankReplay replay;
    private final PrintWriter out;
    private final CommandInput commands;
    private long end = -1;

    /** A rank that answers on {@code out}. */
    public DrivenRank(RankReplay replay, CommandInput commands, PrintWriter out) {
        this.replay = replay;
        this.commands = commands;
        this.out = out;
    }

    /** Obeys until the input ends. */
    public void run() {
        say("ready " + replay.nextRound());
        while (!commands.hasEnded()) {
            String command = commands.poll();
            if (command != null) {
                obey(command);
            } else if (end < 0) {
                replay.service();
                LockSupport.parkNanos(PAUSE_NANOS);
            } else if (replay.nextRound() < end) {
                replay.step();
            } else {
                end = -1;
                say("at " + replay.nextRound());
            }
        }
    }

    private void obey(String command) {
        if (command.equals("report")) {
            say("report " + json(replay.result()));
        } else if (command.equals("round")) {
            say("round " + replay.nextRound());
        } else if (command.matches("run [0-9]{1,18}")) {
            end = Long.parseLong(command.substring(4));
        } else {
            throw new IllegalArgumentException("command: got '" + command + "', expected run N, round or report");
        }
    }

    private void say(String line) {
        out.println(line);
        out.flush();
    }

    private static @Nullable String json(RankResult result) {
        try {
            return new ObjectMapper().writeValueAsString(result);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("report: " + e.getMessage(), e);
        }
    }
}
