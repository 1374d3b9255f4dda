// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.policy;

import io.lplb.trace.Printable;
import org.jspecify.annotations.Nullable;

/**
 * Where tokens come from: as the trace says, or an assumption.
 *
 * @param kind origin of the tokens
 * @param factor how many times as many tokens of an expert come from each rank of its home node as from another rank; 1 if even
 */
public record Sources(Kind kind, double factor) {
    /** Every active rank sends the same part of every expert's tokens. */
    public static final Sources EVEN = new Sources(Kind.EVEN, 1);

    /** As the trace says. */
    public static final Sources RECORDED = new Sources(Kind.RECORDED, 1);

    private static final String LOCAL = "node-local:";

    /** Origin of tokens. */
    public enum Kind {
        /** All ranks alike. */
        EVEN,
        /** More from the node of an expert's natural place. */
        NODE_LOCAL,
        /** Counts by source. */
        RECORDED
    }

    /**
     * Returns the sources of a name.
     *
     * @param text {@code even}, {@code node-local:FACTOR} or {@code recorded}
     * @throws IllegalArgumentException if it is none of these
     */
    public static Sources parse(String text) {
        if (text.equals("even")) {
            return EVEN;
        }
        if (text.equals("recorded")) {
            return RECORDED;
        }
        double factor = Double.NaN;
        if (text.startsWith(LOCAL)) {
            try {
                factor = Double.parseDouble(text.substring(LOCAL.length()));
            } catch (NumberFormatException e) {
                factor = Double.NaN;
            }
        }
        if (factor > 0 && factor < Double.POSITIVE_INFINITY) {
            return new Sources(Kind.NODE_LOCAL, factor);
        }
        throw new IllegalArgumentException("sources: got " + Printable.oneLine(text)
                + ", expected even, recorded, or node-local: with a finite number above 0");
    }

    /**
     * Returns the sources that were asked for, or those of the trace if it has some and they fit, or even ones.
     *
     * @param asked as for {@link #parse}, or null
     * @param recorded number of sources that the trace tells apart
     * @throws IllegalArgumentException if recorded sources were asked for and are none, or no multiple or divisor of the ranks
     */
    public static Sources of(@Nullable String asked, int recorded, int ranks) {
        boolean fits = recorded > 1 && SourceTokens.fits(recorded, ranks);
        if (asked == null) {
            return fits ? RECORDED : EVEN;
        }
        Sources sources = parse(asked);
        if (sources.isRecorded() && !fits) {
            throw new IllegalArgumentException("sources: got recorded for a trace of "
                    + (recorded == 1 ? "one source" : recorded + " sources")
                    + ", expected several, a multiple or a divisor of the " + ranks + " ranks");
        }
        return sources;
    }

    /** Returns whether the trace says it. */
    public boolean isRecorded() {
        return kind == Kind.RECORDED;
    }

    /** Returns in words where tokens come from. */
    public String text() {
        return switch (kind) {
            case EVEN -> "taken as even: every rank sends the same part of every expert's tokens";
            case NODE_LOCAL ->
                "taken as node-local: each rank of an expert's home node sends " + factor
                        + " times the tokens of another rank";
            case RECORDED -> "as the trace says; in files of ids, consecutive tokens of a step from consecutive ranks";
        };
    }
}
