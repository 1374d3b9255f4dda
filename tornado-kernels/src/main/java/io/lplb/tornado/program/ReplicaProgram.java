// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.program;

import io.lplb.array.ArrayLength;
import io.lplb.replica.ReplicaSettings;
import io.lplb.tornado.kernel.replica.ReplicaKernels;
import io.lplb.tornado.kernel.replica.ReplicaOutput;
import io.lplb.tornado.kernel.replica.ReplicaSizes;
import io.lplb.tornado.program.Buffer.Element;
import io.lplb.tornado.program.Buffer.Kind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Program from counts to replicas; {@link ReplicaOutput} draws the result.
 *
 * <pre>
 *   counts [sources][experts] --choose--&gt; slot table, quotas, weight copies
 * </pre>
 *
 * <p>The size of a run has no meaning: every run takes all counts.
 */
public final class ReplicaProgram {
    /** Name of the program. */
    public static final String NAME = "replica";

    private static final double MILLION = 1e6;

    private final Program program;
    private final Buffer sizes;
    private final Buffer counts;
    private final Buffer active;
    private final Buffer out;

    /**
     * Declares the program.
     *
     * @param sources number of rows of counts
     * @throws IllegalArgumentException if {@link #missing} says why
     */
    public ReplicaProgram(ReplicaSettings settings, int sources) {
        this(settings, sources, null);
    }

    /**
     * Declares the program as a part of another.
     *
     * @param given the counts of that program, {@code [sources * experts]}; null for an input
     */
    ReplicaProgram(ReplicaSettings settings, int sources, @Nullable Buffer given) {
        String missing = missing(settings);
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException(missing);
        }
        if (sources < 1) {
            throw new IllegalArgumentException("sources: got " + sources + ", expected at least 1");
        }
        int ranks = settings.ranks();
        int experts = settings.experts();
        int spare = ranks * settings.spareSlots();
        sizes = Buffer.ints("ranges", Kind.CONSTANT, sizes(settings, sources));
        Buffer table = Buffer.ints("table", Kind.CONSTANT, table(settings));
        int words = ArrayLength.of(sources, "sources", experts, "experts");
        counts = given == null ? Buffer.zeros("counts", Kind.INPUT, Element.INT, words) : given;
        active = Buffer.zeros("active", Kind.INPUT, Element.INT, ranks + 1);
        out = Buffer.zeros(
                "out",
                Kind.STATE_OUTPUT,
                Element.INT,
                ReplicaOutput.length(ranks, settings.slotsPerRank(), experts, spare));
        program = new Program(
                NAME,
                List.of(KernelSpec.of(
                        "replica.ReplicaKernels",
                        "choose",
                        ReplicaKernels.THREADS,
                        run -> 1,
                        sizes,
                        table,
                        counts,
                        active,
                        out)));
    }

    /** {@return why the settings cannot be planned on a device, in one sentence; empty if they can} */
    public static String missing(ReplicaSettings settings) {
        if (settings.ranks() > ReplicaSizes.MAX_RANKS
                || settings.experts() > ReplicaSizes.MAX_EXPERTS
                || settings.spareSlots() > ReplicaSizes.MAX_SPARE_SLOTS) {
            return "replicas: got " + settings.ranks() + " ranks, " + settings.experts() + " experts and "
                    + settings.spareSlots() + " spare slots per rank, expected at most " + ReplicaSizes.MAX_RANKS + ", "
                    + ReplicaSizes.MAX_EXPERTS + " and " + ReplicaSizes.MAX_SPARE_SLOTS + " on a device";
        }
        return settings.cost() == 0 ? "" : "cost: got " + settings.cost() + ", expected 0 on a device";
    }

    private static int[] sizes(ReplicaSettings settings, int sources) {
        int[] sizes = new int[ReplicaSizes.COUNT];
        sizes[ReplicaSizes.RANKS] = settings.ranks();
        sizes[ReplicaSizes.EXPERTS] = settings.experts();
        sizes[ReplicaSizes.SOURCES] = sources;
        sizes[ReplicaSizes.HOME_SLOTS] = settings.homeSlots();
        sizes[ReplicaSizes.SPARE_SLOTS] = settings.spareSlots();
        sizes[ReplicaSizes.LEAST_TOKENS] = (int) Math.min(settings.minTokens(), Integer.MAX_VALUE);
        sizes[ReplicaSizes.MAX_REPLICAS] = settings.maxReplicas();
        sizes[ReplicaSizes.DOMAIN] = settings.domain();
        sizes[ReplicaSizes.PLACES] = ReplicaSizes.places(settings.homeSlots());
        sizes[ReplicaSizes.PARTS] = ReplicaSizes.parts(settings.experts());
        sizes[ReplicaSizes.TOLERANCE] = (int) Math.min(settings.tolerance() * MILLION, Integer.MAX_VALUE);
        return sizes;
    }

    private static int[] table(ReplicaSettings settings) {
        int experts = settings.experts();
        int places = ReplicaSizes.places(settings.homeSlots());
        int[] table = new int[2 * experts];
        for (int e = 0; e < experts; e++) {
            int slot = settings.homeSlot(e);
            int place = settings.homeRank(e) * places + slot % settings.slotsPerRank();
            table[e] = settings.isReplicated(e) ? place : -1 - place;
            table[experts + e] = slot;
        }
        return table;
    }

    /** {@return the program} */
    public Program program() {
        return program;
    }

    /** {@return sizes, see {@link ReplicaSizes}} */
    Buffer sizes() {
        return sizes;
    }

    /** {@return counts, {@code [sources][experts]}} */
    public Buffer counts() {
        return counts;
    }

    /** {@return 0 for an inactive rank, else 1, {@code [ranks]}; then the number of the run} */
    public Buffer active() {
        return active;
    }

    /** {@return the result} */
    public Buffer out() {
        return out;
    }
}
