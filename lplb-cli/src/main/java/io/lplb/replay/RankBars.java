// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import java.util.Arrays;
import java.util.Locale;

/**
 * The loads of all ranks before and after as two bars a rank, in plain text. Both bars have one scale, and a mark in
 * each shows the mean, where every bar would end if the ranks were level.
 */
public final class RankBars {
    private static final int WIDTH = 24;

    private RankBars() {}

    /**
     * Draws the bars.
     *
     * @param before {@code [ranks]}, whole tokens
     * @param after {@code [ranks]}, whole tokens
     */
    public static String format(long[] before, long[] after) {
        return format(before, after, after.length);
    }

    /**
     * Draws the bars.
     *
     * @param before {@code [ranks]}, whole tokens
     * @param after {@code [ranks]}, whole tokens
     * @param activeRanks number of ranks that tokens can go to, for the mean
     */
    public static String format(long[] before, long[] after, int activeRanks) {
        long scale = Math.max(
                1,
                Math.max(
                        Arrays.stream(before).max().orElse(0),
                        Arrays.stream(after).max().orElse(0)));
        double mean = (double) Arrays.stream(after).sum() / Math.max(1, activeRanks);
        int mark = (int) Math.round(mean * WIDTH / scale);
        StringBuilder text = new StringBuilder();
        append(text, "rank", "before", " ".repeat(WIDTH + 1), "after", "");
        for (int r = 0; r < before.length; r++) {
            append(text, r, before[r], bar(before[r], scale, mark), after[r], bar(after[r], scale, mark));
        }
        return text.toString();
    }

    private static void append(
            StringBuilder text, Object rank, Object before, String barBefore, Object after, String barAfter) {
        String line = String.format(Locale.ROOT, "  %4s  %7s  %s   %7s  %s", rank, before, barBefore, after, barAfter);
        text.append(line.stripTrailing()).append('\n');
    }

    /** A bar of {@code WIDTH + 1} characters: {@code =} for load, {@code |} at the mean. */
    private static String bar(long load, long scale, int mark) {
        int length = (int) Math.round((double) load * WIDTH / scale);
        char[] bar = new char[WIDTH + 1];
        Arrays.fill(bar, ' ');
        Arrays.fill(bar, 0, length, '=');
        bar[mark] = '|';
        return new String(bar);
    }
}
