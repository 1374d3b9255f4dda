// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.program;

import io.lplb.array.ArrayLength;
import io.lplb.placement.ExpertPlacement;
import io.lplb.problem.MinMaxProblem;
import io.lplb.problem.PlacementProblem;
import io.lplb.tornado.kernel.layout.RoutedLayout;
import io.lplb.tornado.kernel.pipeline.PipelineLayout;
import io.lplb.tornado.kernel.pipeline.PipelineSizes;
import io.lplb.tornado.kernel.pipeline.SourceLayout;
import io.lplb.tornado.program.Buffer.Element;
import io.lplb.tornado.program.Buffer.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Program from routed ids to physical ids; {@link PipelineLayout} and {@link SourceLayout} draw the buffers.
 *
 * <pre>
 *   one source      ids --countBlocks--sumBlocks--solve--quotas--route--&gt; physical ids
 *                   with routeRows instead of route where the batch is laid out as well
 *   several         ids --countBlocks--sumOwn--(gather)--sumSources--solve--quotas--share--route--&gt; physical ids
 * </pre>
 *
 * <p>The size of a run is its number of ids. Between the steps before and after {@link #gatherAt} the counts of the other
 * sources come into {@link #all}.
 */
public final class PipelineProgram {
    private static final String NAME = "pipeline";

    private final Program program;
    private final int gatherAt;
    private final int[] sizeWords;
    private final Buffer sizes;
    private final Buffer ids;
    private final Buffer out;
    private final Buffer physical;
    private final @Nullable Sources sources;
    private final LayoutProgram.@Nullable Buffers layout;

    /** Buffers that only a source of several has. */
    private record Sources(Buffer all, Buffer state, Buffer signal) {}

    /**
     * Declares the program.
     *
     * @param tokens most ids of a run of one source
     * @param solver the solver between sum and quotas, or only its buffers
     * @param solves whether the solver is launched; otherwise all shares are 0
     * @param group the sources; null where one sees all tokens
     * @throws IllegalArgumentException if a number is beyond {@link io.lplb.tornado.kernel.pipeline.PipelineSizes}
     */
    public PipelineProgram(
            ExpertPlacement placement,
            PlacementProblem problem,
            int tokens,
            SolverStep solver,
            boolean solves,
            @Nullable SourceGroup group) {
        this(placement, problem, tokens, solver, solves, group, false);
    }

    /**
     * Declares the program.
     *
     * @param longIds whether routed and physical ids have 64 bits, otherwise 32
     * @see #PipelineProgram(ExpertPlacement, PlacementProblem, int, SolverStep, boolean, SourceGroup)
     */
    public PipelineProgram(
            ExpertPlacement placement,
            PlacementProblem problem,
            int tokens,
            SolverStep solver,
            boolean solves,
            @Nullable SourceGroup group,
            boolean longIds) {
        this(placement, problem, tokens, solver, solves, group, longIds, null);
    }

    /**
     * Declares the program.
     *
     * @param shape the dispatch layout that the last step makes of the physical ids, which needs one source; null for none
     * @see #PipelineProgram(ExpertPlacement, PlacementProblem, int, SolverStep, boolean, SourceGroup, boolean)
     */
    public PipelineProgram(
            ExpertPlacement placement,
            PlacementProblem problem,
            int tokens,
            SolverStep solver,
            boolean solves,
            @Nullable SourceGroup group,
            boolean longIds,
            LayoutProgram.@Nullable Shape shape) {
        PipelineTables tables = new PipelineTables(placement, problem);
        MinMaxProblem shared = problem.problem();
        sizeWords = RunSizes.of(placement, problem, tables.width(), tokens);
        sizeWords[PipelineSizes.ID_SHIFT] = longIds ? 1 : 0;
        int idWords = longIds ? 2 * tokens : tokens;
        int allTokens = tokens;
        if (group != null) {
            RunSizes.addSources(sizeWords, group);
            allTokens = ArrayLength.of(group.sources(), "sources", tokens, "tokens");
        }
        layout = shape == null ? null : layout(placement, tokens, group, longIds, shape);
        Buffer cleared = layout == null ? ints("cleared", Kind.STATE, 1) : layout.tokens();
        sizeWords[PipelineSizes.CLEARED] = cleared.length();
        int experts = placement.experts();
        int groups = problem.groups();
        int mostBlocks = PipelineLayout.blocks(tokens);
        sizes = Buffer.ints("sizes", Kind.INPUT, sizeWords);
        ids = ints("ids", Kind.INPUT, idWords);
        out = ints("out", Kind.STATE_OUTPUT, PipelineLayout.stampAt(groups, shared.ranks()) + mostBlocks);
        physical = ints("physical", Kind.OUTPUT, idWords);
        Buffer counts =
                ints("counts", Kind.STATE, ArrayLength.of(mostBlocks, "blocks of tokens", experts + 1, "experts"));
        Buffer place = ints("place", Kind.STATE, tokens);
        Buffer loadTable = Buffer.ints("loadTable", Kind.CONSTANT, tables.loads(solver.layout()));
        Buffer strides = Buffer.ints("strides", Kind.CONSTANT, PipelineTables.strides(allTokens));
        Buffer loads = ints(
                "loads", Kind.STATE, ArrayLength.of(groups, "groups", shared.ranks() + shared.items() + 1, "loads"));
        Buffer speed = Buffer.floats("totalSpeed", Kind.CONSTANT, (float) shared.totalSpeed());
        Buffer quotaTable = Buffer.ints("quotaTable", Kind.CONSTANT, tables.quotas(solver.layout()));
        Buffer plan = ints("plan", Kind.STATE, ArrayLength.of(experts, "experts", tables.width(), "replicas"));
        Buffer slots = Buffer.ints("slots", Kind.CONSTANT, tables.slots());
        IntUnaryOperator one = run -> 1;
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
        Buffer routed = plan;
        if (group == null) {
            sources = null;
            gatherAt = steps.size();
            steps.add(KernelSpec.of(
                    "pipeline.CountKernels",
                    "sumBlocks",
                    PipelineLayout.SUM_THREADS,
                    one,
                    sizes,
                    counts,
                    loadTable,
                    strides,
                    loads,
                    solver.input(),
                    speed,
                    plan,
                    out,
                    cleared));
        } else {
            Sources mine = new Sources(
                    ints(
                            "all",
                            Kind.INPUT,
                            ArrayLength.of(group.sources(), "sources", SourceLayout.row(experts), "counts")),
                    ints("state", Kind.STATE, SourceLayout.STATE),
                    ints("signal", Kind.STATE_OUTPUT, SourceLayout.SIGNAL));
            sources = mine;
            steps.add(KernelSpec.of(
                    "pipeline.SourceKernels",
                    "sumOwn",
                    PipelineLayout.SUM_THREADS,
                    one,
                    sizes,
                    counts,
                    mine.all,
                    mine.state,
                    mine.signal,
                    out));
            gatherAt = steps.size();
            steps.add(KernelSpec.of(
                    "pipeline.SourceKernels",
                    "sumSources",
                    PipelineLayout.SUM_THREADS,
                    one,
                    sizes,
                    mine.all,
                    loadTable,
                    strides,
                    loads,
                    solver.input(),
                    speed,
                    plan,
                    mine.state,
                    mine.signal));
        }
        if (solves) {
            KernelSpec launch = solver.launch();
            steps.add(launch.with(run -> launch.workGroups().applyAsInt(groups)));
        }
        steps.add(KernelSpec.of(
                "pipeline.QuotaKernels",
                "quotas",
                PipelineLayout.QUOTA_THREADS,
                run -> groups,
                sizes,
                quotaTable,
                solver.output(),
                loads,
                speed,
                plan,
                out));
        if (group != null && sources != null) {
            routed = Buffer.ints("own", Kind.STATE, tables.originals());
            steps.add(KernelSpec.of(
                    "pipeline.SourceKernels",
                    "share",
                    SourceLayout.SHARE_THREADS,
                    run -> Math.ceilDiv(experts, SourceLayout.SHARE_THREADS),
                    sizes,
                    sources.all,
                    Buffer.ints("sourceTable", Kind.CONSTANT, tables.sources(group)),
                    strides,
                    plan,
                    sources.state,
                    ints(
                            "scratch",
                            Kind.STATE,
                            ArrayLength.of(
                                    group.sources() + 1 + tables.mostReplicas(),
                                    "sources and replicas",
                                    experts,
                                    "experts")),
                    routed));
        }
        steps.add(routing(blocks, ids, counts, place, routed, slots));
        program = new Program(NAME, steps);
    }

    private static LayoutProgram.Buffers layout(
            ExpertPlacement placement,
            int tokens,
            @Nullable SourceGroup group,
            boolean longIds,
            LayoutProgram.Shape shape) {
        if (group != null) {
            throw new IllegalArgumentException(
                    "layout: got one of several sources, expected a source that sees all tokens");
        }
        shape.requireRouted(placement.ranks(), placement.physicalExperts());
        return LayoutProgram.Buffers.of(shape, placement.ranks(), placement.slotsPerRank(), tokens, longIds);
    }

    private KernelSpec routing(
            IntUnaryOperator blocks, Buffer ids, Buffer counts, Buffer place, Buffer routed, Buffer slots) {
        LayoutProgram.Buffers rows = layout;
        if (rows == null) {
            return KernelSpec.of(
                    "pipeline.RouteKernels",
                    "route",
                    PipelineLayout.BLOCK_IDS,
                    blocks,
                    sizes,
                    ids,
                    counts,
                    place,
                    routed,
                    slots,
                    out,
                    physical);
        }
        return KernelSpec.of(
                "layout.RoutedLayout",
                "routeRows",
                RoutedLayout.THREADS,
                blocks,
                sizes,
                rows.sizes(),
                ids,
                counts,
                place,
                routed,
                slots,
                out,
                physical,
                rows.tokens(),
                rows.offsets(),
                rows.order(),
                rows.alignedRow(),
                rows.rankBits());
    }

    private static Buffer ints(String name, Kind kind, int length) {
        return Buffer.zeros(name, kind, Element.INT, length);
    }

    /** {@return the program} */
    public Program program() {
        return program;
    }

    /** {@return the number of steps before the gather of the sources' counts} */
    public int gatherAt() {
        return gatherAt;
    }

    /** {@return the initial words of {@link #sizes}; the caller may change them before the program is bound to a device} */
    public int[] sizeWords() {
        return sizeWords;
    }

    /** {@return sizes of a run, see {@link io.lplb.tornado.kernel.pipeline.PipelineSizes}} */
    public Buffer sizes() {
        return sizes;
    }

    /** {@return routed ids} */
    public Buffer ids() {
        return ids;
    }

    /** {@return summary of a run} */
    public Buffer out() {
        return out;
    }

    /** {@return physical ids} */
    public Buffer physical() {
        return physical;
    }

    /** {@return the buffers of the layout; null where there is none} */
    public LayoutProgram.@Nullable Buffers layout() {
        return layout;
    }

    private Sources sources() {
        return Objects.requireNonNull(sources, "sources");
    }

    /** {@return counts of all sources, a row per source} */
    public Buffer all() {
        return sources().all;
    }

    /** {@return counters of the rounds} */
    public Buffer state() {
        return sources().state;
    }

    /** {@return the counters of rounds that the host reads} */
    public Buffer signal() {
        return sources().signal;
    }
}
