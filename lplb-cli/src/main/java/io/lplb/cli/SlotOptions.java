// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options for slots, nodes and groups of experts, the same in every command that places experts. */
public final class SlotOptions {
    private static final int MOST = 1 << 20;

    @Option(names = "--slots-per-rank", paramLabel = "N", description = "Physical experts on each rank.")
    private @Nullable Integer slotsPerRank;

    @Option(
            names = "--redundant",
            paramLabel = "N",
            description = "Redundant experts over all ranks, instead of --slots-per-rank.")
    private @Nullable Integer redundant;

    @Option(
            names = "--nodes",
            paramLabel = "N",
            description = "Nodes of consecutive ranks, over which copies are spread.")
    private @Nullable Integer nodes;

    @Option(
            names = "--groups",
            paramLabel = "N",
            description = "Groups of consecutive experts; each stays on one node if they are a multiple of the nodes.")
    private @Nullable Integer groups;

    /** Returns the physical experts on each rank; null if not said. */
    public @Nullable Integer slotsPerRank() {
        return checked("slots-per-rank", slotsPerRank);
    }

    /** Returns the redundant experts over all ranks; null if not said. */
    public @Nullable Integer redundant() {
        return checked("redundant", redundant);
    }

    /** Returns the number of nodes; null if not said. */
    public @Nullable Integer nodes() {
        return nodes;
    }

    /** Returns the number of groups of experts; null if not said. */
    public @Nullable Integer groups() {
        return groups;
    }

    private static @Nullable Integer checked(String option, @Nullable Integer value) {
        if (value != null && (value < 0 || value > MOST)) {
            throw new IllegalArgumentException(option + ": got " + value + ", expected 0.." + MOST);
        }
        return value;
    }
}
