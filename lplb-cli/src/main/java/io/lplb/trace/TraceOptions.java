// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

/**
 * How to read a trace, beyond what its file says.
 *
 * @param padding id that is no expert, beside -1; for example 255 in files of uint8
 * @param batchTokens tokens per step of files of ids, where tokens at the end that fill no step are left out; 0 makes the whole file one step
 * @param experts number of experts; 0 takes what the file says, for ids the largest plus one
 * @param content meaning of the numbers of an array file
 * @param idSources sources of files of ids: each sends an equal part of a step's tokens, consecutive ones; 1 tells none apart
 */
public record TraceOptions(long padding, int batchTokens, int experts, Content content, int idSources) {
    /** Padding -1, one step per file of ids, as many experts as the file names, one source. */
    public static final TraceOptions DEFAULT = new TraceOptions(-1, 0, 0, Content.IDS, 1);

    /** Meaning of the numbers of an array file, which states only its shape. */
    public enum Content {
        /** Expert ids, {@code [layers, tokens, k]} or {@code [tokens, k]}. */
        IDS,
        /** Tokens of experts, {@code [steps, layers, experts]}, {@code [layers, experts]} or {@code [experts]}. */
        COUNTS,
        /** Tokens of the experts of one layer by source, {@code [steps, sources, experts]} or {@code [steps, experts]}. */
        SOURCES
    }

    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException if the tokens or the experts are negative or there is no source
     */
    public TraceOptions {
        if (batchTokens < 0) {
            throw new IllegalArgumentException("batch: got " + batchTokens + " tokens, expected at least 1");
        }
        if (experts < 0) {
            throw new IllegalArgumentException("experts: got " + experts + ", expected at least 1");
        }
        if (idSources < 1) {
            throw new IllegalArgumentException("sources: got " + idSources + ", expected at least 1");
        }
    }

    /** Returns these options with another padding id. */
    public TraceOptions withPadding(long id) {
        return new TraceOptions(id, batchTokens, experts, content, idSources);
    }

    /** Returns these options with another number of tokens per step. */
    public TraceOptions withBatchTokens(int tokens) {
        return new TraceOptions(padding, tokens, experts, content, idSources);
    }

    /** Returns these options with another number of experts. */
    public TraceOptions withExperts(int number) {
        return new TraceOptions(padding, batchTokens, number, content, idSources);
    }

    /** Returns these options with another meaning of array files. */
    public TraceOptions withContent(Content meaning) {
        return new TraceOptions(padding, batchTokens, experts, meaning, idSources);
    }

    /** Returns these options with another number of sources of files of ids. */
    public TraceOptions withIdSources(int number) {
        return new TraceOptions(padding, batchTokens, experts, content, number);
    }
}
