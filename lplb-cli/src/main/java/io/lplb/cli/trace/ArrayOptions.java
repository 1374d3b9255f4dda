// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli.trace;

import io.lplb.trace.TraceOptions;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options for the contents of traces that their files do not state. */
public final class ArrayOptions {
    @Option(
            names = "--padding",
            paramLabel = "ID",
            description = "An id that is no expert, beside -1; 255 in uint8, for example.")
    private long padding = -1;

    @Option(
            names = "--npy",
            paramLabel = "CONTENT",
            description = "Meaning of a .npy file: ids [layers, tokens, k], counts [steps, layers, experts], or sources"
                    + " [steps, sources, experts]; if absent, ids, or as the command says.")
    private @Nullable String content;

    /** Returns whether the meaning of .npy files was given. */
    public boolean hasContent() {
        return content != null;
    }

    /**
     * Returns the options as readers take them.
     *
     * @throws IllegalArgumentException if the meaning is none of those above
     */
    public TraceOptions options() {
        return TraceOptions.DEFAULT.withPadding(padding).withContent(content());
    }

    private TraceOptions.Content content() {
        for (TraceOptions.Content each : TraceOptions.Content.values()) {
            if (content == null || each.name().toLowerCase(Locale.ROOT).equals(content)) {
                return each;
            }
        }
        throw new IllegalArgumentException("npy: got " + content + ", expected ids, counts or sources");
    }
}
