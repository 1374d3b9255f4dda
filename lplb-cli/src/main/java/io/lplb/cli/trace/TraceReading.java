// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli.trace;

import io.lplb.trace.TraceOptions;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of the commands that read traces. */
public final class TraceReading {
    @Option(
            names = "--padding",
            paramLabel = "ID",
            description = "An id that is no expert, beside -1; 255 in uint8, for example.")
    private long padding = -1;

    @Option(
            names = "--step-tokens",
            paramLabel = "N",
            description = "Tokens per step of a file of ids; one step in all if absent.")
    private @Nullable Integer stepTokens;

    @Option(
            names = "--npy",
            paramLabel = "CONTENT",
            description = "Meaning of a .npy file: ids [layers, tokens, k], counts [steps, layers, experts], or sources"
                    + " [steps, sources, experts]; ids if absent.")
    private String content = "ids";

    /** The options as the readers take them. */
    public TraceOptions options() {
        if (stepTokens != null && stepTokens < 1) {
            throw new IllegalArgumentException("step-tokens: got " + stepTokens + ", expected at least 1");
        }
        return TraceOptions.DEFAULT
                .withPadding(padding)
                .withBatchTokens(stepTokens == null ? 0 : stepTokens)
                .withContent(content());
    }

    private TraceOptions.Content content() {
        for (TraceOptions.Content each : TraceOptions.Content.values()) {
            if (each.name().toLowerCase(Locale.ROOT).equals(content)) {
                return each;
            }
        }
        throw new IllegalArgumentException("npy: got " + content + ", expected ids, counts or sources");
    }
}
