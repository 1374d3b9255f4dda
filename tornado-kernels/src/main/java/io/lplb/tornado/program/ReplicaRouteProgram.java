// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.program;

import io.lplb.array.ArrayLength;
import io.lplb.replica.ReplicaSettings;
import io.lplb.tornado.kernel.pipeline.PipelineLayout;
import io.lplb.tornado.kernel.pipeline.PipelineSizes;
import io.lplb.tornado.kernel.replica.ReplicaRoutes;
import io.lplb.tornado.program.Buffer.Element;
import io.lplb.tornado.program.Buffer.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * Program from routed ids to physical ids with replicas chosen from their counts; {@link ReplicaRoutes} draws it.
 *
 * <p>The size of a run is its number of ids.
 */
public final class ReplicaRouteProgram {
    private final Program program;
    private final ReplicaProgram replicas;
    private final Buffer sizes;
    private final Buffer ids;
    private final Buffer summary;
    private final Buffer physical;

    /**
     * Declares the program.
     *
     * @param tokens most ids of a run
     * @throws IllegalArgumentException if {@link ReplicaProgram#missing} says why, or {@code tokens} is out of range
     */
    public ReplicaRouteProgram(ReplicaSettings settings, int tokens) {
        if (tokens < 1 || tokens > PipelineSizes.MAX_TOKENS) {
            throw new IllegalArgumentException("tokens: got " + tokens + ", expected 1.." + PipelineSizes.MAX_TOKENS);
        }
        int experts = settings.experts();
        int mostBlocks = PipelineLayout.blocks(tokens);
        Buffer total = ints("total", Kind.STATE_OUTPUT, experts);
        replicas = new ReplicaProgram(settings, 1, total);
        int[] words = new int[PipelineSizes.COUNT];
        words[PipelineSizes.EXPERTS] = experts;
        words[PipelineSizes.PART_BITS] = RunSizes.partBits(experts);
        sizes = Buffer.ints("sizes", Kind.INPUT, words);
        ids = ints("ids", Kind.INPUT, tokens);
        summary = ints("summary", Kind.STATE_OUTPUT, ReplicaRoutes.SUMMARY + mostBlocks);
        physical = ints("physical", Kind.OUTPUT, tokens);
        Buffer counts =
                ints("counts", Kind.STATE, ArrayLength.of(mostBlocks, "blocks of tokens", experts + 1, "experts"));
        Buffer place = ints("place", Kind.STATE, tokens);
        Buffer strides = Buffer.ints("strides", Kind.CONSTANT, PipelineTables.strides(tokens));
        IntUnaryOperator blocks = run -> Math.max(1, PipelineLayout.blocks(run));
        List<KernelSpec> steps = new ArrayList<>();
        steps.add(KernelSpec.of(
                "pipeline.CountKernels",
                "countBlocks",
                PipelineLayout.countThreads(experts),
                blocks,
                sizes,
                ids,
                counts,
                place));
        steps.add(KernelSpec.of(
                "replica.ReplicaRoutes",
                "sumTotals",
                PipelineLayout.SUM_THREADS,
                run -> 1,
                sizes,
                counts,
                total,
                summary));
        steps.addAll(replicas.program().steps());
        steps.add(KernelSpec.of(
                "replica.ReplicaRoutes",
                "routeReplicas",
                PipelineLayout.BLOCK_IDS,
                blocks,
                sizes,
                replicas.sizes(),
                ids,
                counts,
                place,
                strides,
                replicas.out(),
                summary,
                physical));
        program = new Program(ReplicaProgram.NAME, steps);
    }

    private static Buffer ints(String name, Kind kind, int length) {
        return Buffer.zeros(name, kind, Element.INT, length);
    }

    /** {@return the program} */
    public Program program() {
        return program;
    }

    /** {@return the part that chooses replicas} Its counts are the totals of the ids. */
    public ReplicaProgram replicas() {
        return replicas;
    }

    /** {@return sizes of a run, see {@link PipelineSizes}} */
    public Buffer sizes() {
        return sizes;
    }

    /** {@return routed ids} */
    public Buffer ids() {
        return ids;
    }

    /** {@return summary of a run, see {@link ReplicaRoutes}} */
    public Buffer summary() {
        return summary;
    }

    /** {@return physical ids} */
    public Buffer physical() {
        return physical;
    }
}
