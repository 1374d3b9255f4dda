// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.pipeline;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.lplb.placement.ExpertPlacement;
import io.lplb.problem.MinMaxProblem;
import io.lplb.problem.PlacementProblem;
import io.lplb.tornado.engine.tornado.TornadoProgram;
import io.lplb.tornado.kernel.pipeline.PipelineLayout;
import io.lplb.tornado.kernel.pipeline.PipelineSizes;
import io.lplb.tornado.kernel.pipeline.SourceLayout;
import io.lplb.tornado.program.Buffer;
import io.lplb.tornado.program.KernelShape;
import io.lplb.tornado.program.LayoutProgram;
import io.lplb.tornado.program.PipelineProgram;
import io.lplb.tornado.program.ProblemTables;
import io.lplb.tornado.program.SolverProgram;
import io.lplb.tornado.program.SolverStep;
import io.lplb.tornado.program.SourceGroup;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Pipeline from routed token ids to physical ids as one task graph of TornadoVM.
 *
 * <pre>
 *   ids -&gt; countBlocks -&gt; sumBlocks -&gt; solve -&gt; quotas -&gt; route -&gt; physical ids
 *          counts, place   loads, plan   shares   plan
 * </pre>
 *
 * <p>Ids and sizes are copied in and physical ids and a summary out; everything between stays on the device. A task that did not run leaves an old
 * run number behind, and then {@link #route} throws rather than return what an earlier run has left.
 *
 * <p>An id that names no expert is routed to -1 and counted, never used as an index. With unit speeds the quotas are the
 * best that whole tokens allow, as those of {@link io.lplb.quota.QuotaRounder}; with others they are the rounded shares.
 *
 * <p>Not thread-safe; must be used by the thread that made it. Allocates nothing of its own per run.
 */
public final class TokenPipeline implements AutoCloseable {
    private final int tokens;
    private final int topK;
    private final int experts;
    private final int groups;
    private final int solverThreads;
    private final boolean longIds;
    private final int stampAt;
    private final PipelineProgram pipeline;
    private final @Nullable SourceGroup group;
    private final TornadoProgram program;
    private final MemorySegment sizes;
    private final MemorySegment out;
    private int run;

    /**
     * Builds the graph; the kernels are compiled with the first run.
     *
     * @param placement where the experts are
     * @param problem the placement's problem
     * @param tokens the largest number of ids of a run, at least 1
     * @param solver the solver, declared for the problem's number of groups, see {@link #solver}
     * @param cudaGraph whether the launches are recorded once and replayed
     * @throws IllegalArgumentException if a number is beyond {@link PipelineSizes}
     */
    public TokenPipeline(
            ExpertPlacement placement, PlacementProblem problem, int tokens, SolverStep solver, boolean cudaGraph) {
        this(placement, problem, tokens, solver, cudaGraph, null);
    }

    /**
     * Builds the graph of a source of several: it routes its own tokens by the plan of all, see {@link
     * io.lplb.tornado.kernel.pipeline.SourceKernels}. The host gathers the other sources' counts and gives them to {@link #gathered}
     * before each run.
     *
     * @param placement where the experts are
     * @param problem the placement's problem
     * @param tokens the largest number of ids of a run of any source, at least 1
     * @param solver the solver, declared for the problem's number of groups, see {@link #solver}
     * @param cudaGraph whether the launches are recorded once and replayed
     * @param group the sources; null if there is one that sees all tokens
     */
    public TokenPipeline(
            ExpertPlacement placement,
            PlacementProblem problem,
            int tokens,
            SolverStep solver,
            boolean cudaGraph,
            @Nullable SourceGroup group) {
        this(placement, problem, tokens, solver, cudaGraph, group, false);
    }

    /**
     * Builds the graph.
     *
     * @param group the sources; null if there is one that sees all tokens
     * @param longIds whether ids have 64 bits: the batches are then of type long
     * @see #TokenPipeline(ExpertPlacement, PlacementProblem, int, SolverStep, boolean)
     */
    public TokenPipeline(
            ExpertPlacement placement,
            PlacementProblem problem,
            int tokens,
            SolverStep solver,
            boolean cudaGraph,
            @Nullable SourceGroup group,
            boolean longIds) {
        this(placement, problem, tokens, solver, cudaGraph, group, longIds, null);
    }

    /**
     * Builds the graph.
     *
     * @param shape the dispatch layout that is made of every batch, see {@link #layout}, which needs one source; null for none
     * @see #TokenPipeline(ExpertPlacement, PlacementProblem, int, SolverStep, boolean, SourceGroup, boolean)
     */
    public TokenPipeline(
            ExpertPlacement placement,
            PlacementProblem problem,
            int tokens,
            SolverStep solver,
            boolean cudaGraph,
            @Nullable SourceGroup group,
            boolean longIds,
            LayoutProgram.@Nullable Shape shape) {
        topK = shape == null ? 1 : shape.topK();
        this.longIds = longIds;
        this.tokens = tokens;
        this.group = group;
        experts = placement.experts();
        groups = problem.groups();
        solverThreads = solver.threads();
        stampAt = PipelineLayout.stampAt(groups, problem.problem().ranks());
        pipeline = new PipelineProgram(placement, problem, tokens, solver, true, group, longIds, shape);
        program = new TornadoProgram(pipeline.program(), tokens, cudaGraph);
        sizes = program.host(pipeline.sizes());
        out = program.host(pipeline.out());
    }

    /**
     * Declares a solver for the pipeline.
     *
     * @param name {@link io.lplb.solver.InteriorPointSolver#NAME} or {@link io.lplb.solver.RelaxationSolver#NAME}
     * @param problem the groups' problem
     * @param groups number of groups
     * @param tolerance gap at which a group is solved, as a fraction of its mean load
     * @throws IllegalArgumentException if there is no such kernel or it cannot hold the problem
     */
    public static SolverStep solver(String name, MinMaxProblem problem, int groups, double tolerance) {
        KernelShape shape = KernelShape.of(name, problem, groups);
        ProblemTables tables = new ProblemTables(problem);
        shape.requireFits(tables);
        return SolverProgram.step(tables, shape, groups, (float) tolerance);
    }

    /**
     * Plans in whole tiles of an expert's tokens from the next run on: loads, levels and quotas then count tiles. 1, the default, plans
     * in tokens.
     *
     * @param tile tokens of a tile, at least 1
     * @throws IllegalArgumentException if it is less
     * @throws IllegalStateException if there are several sources
     */
    public void planInTiles(int tile) {
        GpuPipeline.requireTile(tile, group == null);
        sizes.setAtIndex(JAVA_INT, PipelineSizes.TILE, tile);
    }

    /**
     * Returns the layout of the last batch on the host.
     *
     * @param part the array, as {@code LayoutProgram.Buffers::order}
     * @throws IllegalStateException if the pipeline was made without a layout
     */
    public MemorySegment layout(Function<LayoutProgram.Buffers, Buffer> part) {
        return program.host(part.apply(layoutOf(pipeline)));
    }

    static LayoutProgram.Buffers layoutOf(PipelineProgram pipeline) {
        LayoutProgram.Buffers layout = pipeline.layout();
        if (layout == null) {
            throw new IllegalStateException(
                    "layout: got a pipeline without one, expected one that was made with a shape");
        }
        return layout;
    }

    private int out(int at) {
        return out.getAtIndex(JAVA_INT, at);
    }

    /**
     * Gives another source's counts for the next run. A run that lacks those of a source is routed by the plan of the last one
     * that had them all, or to the originals.
     *
     * @param from number of the source
     * @param counts {@code [experts]}
     * @throws IllegalStateException if there are no other sources
     */
    public void gathered(int from, int[] counts) {
        if (group == null) {
            throw new IllegalStateException("sources: got none, expected a pipeline of one of several");
        }
        int row = from * SourceLayout.row(experts);
        MemorySegment all = program.host(pipeline.all());
        MemorySegment.copy(counts, 0, all, JAVA_INT, (long) Integer.BYTES * row, experts);
        all.setAtIndex(JAVA_INT, row + experts, next());
    }

    private int next() {
        return run == Integer.MAX_VALUE ? 1 : run + 1;
    }

    /** Returns a word of what the device says of the rounds, see {@link SourceLayout}. */
    int signal(int at) {
        return program.host(pipeline.signal()).getAtIndex(JAVA_INT, at);
    }

    /**
     * Routes a batch.
     *
     * @param ids logical expert of every token, at most as many as the pipeline was made for; -1 stays -1
     * @param physical physical slot of every token, as long as {@code ids}, which it may be
     * @return how many ids named no expert; they are routed to -1
     * @throws IllegalArgumentException if there are too many ids or the lengths differ
     * @throws IllegalStateException if a task of the graph did not run
     */
    public int route(int[] ids, int[] physical) {
        Objects.requireNonNull(ids, "ids");
        begin(ids.length, physical.length, false);
        MemorySegment.copy(ids, 0, program.host(pipeline.ids()), JAVA_INT, 0, ids.length);
        program.run();
        requireRun(PipelineLayout.blocks(ids.length));
        MemorySegment.copy(program.host(pipeline.physical()), JAVA_INT, 0, physical, 0, ids.length);
        return out(PipelineLayout.OUT_BAD_IDS);
    }

    /**
     * Routes a batch of ids of 64 bits, in a pipeline that was made for them.
     *
     * @see #route(int[], int[])
     */
    public int route(long[] ids, long[] physical) {
        Objects.requireNonNull(ids, "ids");
        begin(ids.length, physical.length, true);
        MemorySegment.copy(ids, 0, program.host(pipeline.ids()), JAVA_LONG_UNALIGNED, 0, ids.length);
        program.run();
        requireRun(PipelineLayout.blocks(ids.length));
        MemorySegment.copy(program.host(pipeline.physical()), JAVA_LONG_UNALIGNED, 0, physical, 0, ids.length);
        return out(PipelineLayout.OUT_BAD_IDS);
    }

    private void begin(int length, int results, boolean longs) {
        if (longs != longIds) {
            throw new IllegalArgumentException("ids: got " + (longs ? 64 : 32) + " bits, expected "
                    + (longIds ? 64 : 32) + " as the pipeline was made for");
        }
        if (length > tokens) {
            throw new IllegalArgumentException("ids: got length " + length + ", expected at most " + tokens);
        }
        if (length % topK != 0) {
            throw new IllegalArgumentException(
                    "ids: got length " + length + ", expected a multiple of " + topK + " as top-k");
        }
        if (results != length) {
            throw new IllegalArgumentException("physical: got length " + results + ", expected " + length + " as ids");
        }
        run = next();
        sizes.setAtIndex(JAVA_INT, PipelineSizes.RUN, run);
        sizes.setAtIndex(JAVA_INT, PipelineSizes.TOKENS, length);
    }

    private void requireRun(int routed) {
        requireRun("sumBlocks", 0);
        for (int g = 0; g < groups; g++) {
            requireRun("quotas", group(g));
            int found = out(group(g) + 5);
            if (found != solverThreads) {
                throw new IllegalStateException("task solve: ran with work-groups of " + found + " threads, expected "
                        + solverThreads + "; the device has shrunk them, or the kernel did not run");
            }
        }
        for (int b = 0; b < routed; b++) {
            requireRun("route", stampAt + b);
        }
    }

    private void requireRun(String task, int at) {
        if (out(at) != run) {
            throw new IllegalStateException("task " + task + ": got an answer of run " + out(at) + ", expected " + run
                    + "; the kernel did not run, see the console for what the driver said");
        }
    }

    private int group(int group) {
        return PipelineLayout.OUT_HEADER + PipelineLayout.OUT_GROUP * Objects.checkIndex(group, groups);
    }

    /** Returns the largest number of tokens of a rank of this group in the last run. */
    public int maxLoad(int group) {
        return out(group(group) + 1);
    }

    /** Returns what no plan of whole tokens is below, as the repair proved; with speeds other than 1 a start value. */
    public int level(int group) {
        return out(group(group) + 2);
    }

    /** Returns the number of tokens that the plan gives to a rank. */
    public int load(int group, int rank) {
        group(group);
        int at = PipelineLayout.rankAt(groups);
        int ranks = (stampAt - at) / groups;
        return out(at + group * ranks + Objects.checkIndex(rank, ranks));
    }

    /** Returns the number of rounds of repair that the group took. */
    public int repairRounds(int group) {
        return out(group(group) + 3);
    }

    /** Returns the solver's status word of a group. */
    public int solverStatus(int group) {
        return out(group(group) + 4);
    }

    /** Frees the device memory. */
    @Override
    public void close() {
        program.close();
    }
}
