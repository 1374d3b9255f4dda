// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli.trace;

import io.lplb.trace.TraceOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of the commands that read traces step by step. */
public final class TraceReading {
    @Mixin
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private ArrayOptions arrays;

    @Option(
            names = "--step-tokens",
            paramLabel = "N",
            description = "Tokens per step of a file of ids; one step in all if absent.")
    private @Nullable Integer stepTokens;

    /** The options as the readers take them. */
    public TraceOptions options() {
        if (stepTokens != null && stepTokens < 1) {
            throw new IllegalArgumentException("step-tokens: got " + stepTokens + ", expected at least 1");
        }
        return arrays.options().withBatchTokens(stepTokens == null ? 0 : stepTokens);
    }
}
