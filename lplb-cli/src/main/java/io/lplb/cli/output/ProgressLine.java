// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli.output;

import java.io.PrintWriter;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarStyle;

/** A progress bar that redraws one line of standard error and removes it at the end. */
public final class ProgressLine implements ProgressBarConsumer {
    private static final int WIDTH = 79;
    private static final int UPDATE_MILLIS = 100;

    private final PrintWriter err;

    private ProgressLine(PrintWriter err) {
        this.err = err;
    }

    /** Opens a bar that ends after so many steps. */
    public static ProgressBar open(PrintWriter err, String task, long steps) {
        return new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(steps)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(UPDATE_MILLIS)
                .setConsumer(new ProgressLine(err))
                .build();
    }

    /** Whether a person is likely to watch: standard input and output are a terminal. */
    @SuppressWarnings("SystemConsoleNull") // Null without a terminal unless -Djdk.console names a module that has one.
    public static boolean isWatched() {
        java.io.Console terminal = System.console();
        return terminal != null && terminal.isTerminal();
    }

    @Override
    public int getMaxRenderedLength() {
        return WIDTH;
    }

    @Override
    public void accept(String line) {
        err.print('\r' + line);
        err.flush();
    }

    @Override
    public void clear() {
        err.print('\r' + " ".repeat(WIDTH) + '\r');
        err.flush();
    }

    @Override
    public void close() {
        clear();
    }
}
