// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.pipeline;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.lplb.placement.ExpertPlacement;
import io.lplb.problem.PlacementProblem;
import io.lplb.tornado.cuda.CallerStream;
import io.lplb.tornado.cuda.Cleanup;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.DeviceArrays;
import io.lplb.tornado.cuda.GraphRecording;
import io.lplb.tornado.cuda.PinnedMemory;
import io.lplb.tornado.engine.cuda.CudaProgram;
import io.lplb.tornado.kernel.pipeline.PipelineLayout;
import io.lplb.tornado.kernel.pipeline.PipelineSizes;
import io.lplb.tornado.program.Buffer;
import io.lplb.tornado.program.KernelShape;
import io.lplb.tornado.program.LayoutProgram;
import io.lplb.tornado.program.PipelineProgram;
import io.lplb.tornado.program.ProblemTables;
import io.lplb.tornado.program.SolverProgram;
import io.lplb.tornado.program.SolverStep;
import io.lplb.tornado.program.SourceGroup;
import io.lplb.tornado.ptx.PtxKernel;
import io.lplb.tornado.ptx.PtxLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The kernels of the pipeline with their memory, launched in a row on one stream:
 *
 * <pre>
 *   [copy of ids ->]  count  sum  solve  quota  route  [-> copy of summary and physical ids]
 * </pre>
 *
 * <p>A run that comes again is recorded as a CUDA graph, see {@link PipelineRuns}. Between counting and solving, a source of
 * several has a gather, see {@link SourceStage} and {@link SourceExchange}.
 *
 * <p>Belongs to one thread, with the device's context current. Allocates nothing per run but for recordings.
 */
final class PipelineLaunch {
    private static final int RUN_NUMBER = 1;

    private final CudaDriver driver;
    private final PipelineProgram program;
    private final CudaProgram bound;
    private final Cleanup cleanup = new Cleanup();
    private final Arena arena = Arena.ofShared();
    private final PipelineRuns runs;
    private final int solverThreads;
    private final @Nullable SourceStage source;
    private final int groups;
    private final int summaryWords;
    private final int resultWords;
    private final int tokens;
    private final int gatherAt;
    private final int steps;
    private final long recorder;
    private final long stream;
    private final long ids;
    private final long out;
    private final long physical;
    private final long[] sizes = new long[PipelineRuns.RUNS];
    private final PinnedMemory hostIds;
    private final PinnedMemory hostResults;
    private boolean withoutGather;

    /**
     * Compiles the kernels for the device and takes the memory.
     *
     * @param solver the solver's kernel; null where nothing is to be solved
     * @param stream where runs are put; if there is none, on a stream of its own
     * @param exchange the sources that plan together; null where one sees all tokens
     * @param shape the dispatch layout to make; null for none
     */
    PipelineLaunch(
            CudaDriver driver,
            @Nullable PtxKernel solver,
            ExpertPlacement placement,
            PlacementProblem problem,
            float goal,
            int tokens,
            CallerStream stream,
            @Nullable SourceExchange exchange,
            LayoutProgram.@Nullable Shape shape) {
        this.driver = driver;
        this.tokens = tokens;
        groups = problem.groups();
        solverThreads = solver == null ? 0 : solver.threads();
        program = program(solver, placement, problem, goal, tokens, exchange, shape);
        program.sizeWords()[PipelineSizes.RUN] = RUN_NUMBER;
        gatherAt = program.gatherAt();
        steps = program.program().steps().size();
        summaryWords = PipelineLayout.stampAt(groups, problem.problem().ranks());
        resultWords = program.out().length();
        cleanup.add(arena::close);
        try {
            recorder = driver.createStream(cleanup);
            this.stream = stream.or(recorder);
            DeviceArrays device = new DeviceArrays(driver, cleanup, recorder);
            ids = device.zeros(tokens);
            // Results for the host lie behind one another, so that one copy takes them.
            out = device.zeros((long) resultWords + tokens);
            physical = out + (long) Integer.BYTES * resultWords;
            Arrays.setAll(sizes, k -> device.copyOf(program.sizeWords()));
            Map<Buffer, Long> given = new HashMap<>();
            given.put(program.sizes(), sizes[0]);
            given.put(program.ids(), ids);
            given.put(program.out(), out);
            given.put(program.physical(), physical);
            if (exchange != null) {
                given.put(program.all(), device.zeros(program.all().length()));
                given.put(program.signal(), exchange.signalArray());
            }
            bound = new CudaProgram(
                    driver,
                    cleanup,
                    arena,
                    recorder,
                    program.program(),
                    false,
                    given,
                    launch -> function(
                            solver != null && launch.task().equals(SolverStep.TASK)
                                    ? solver
                                    : PtxLibrary.load(program.program().name(), launch)));
            source = exchange == null
                    ? null
                    : new SourceStage(
                            driver,
                            cleanup,
                            exchange,
                            placement.experts(),
                            bound.address(program.all()),
                            bound.address(program.state()));
            runs = new PipelineRuns(driver, k -> new PipelineRun(program, bound, sizes[k]));
            hostIds = PinnedMemory.take(driver, cleanup, (long) Integer.BYTES * tokens);
            hostResults = PinnedMemory.take(driver, cleanup, (long) Integer.BYTES * (resultWords + tokens));
            driver.synchronise(recorder);
            cleanup.add(runs::forgetRecordings);
        } catch (RuntimeException e) {
            cleanup.closeQuietly(e);
            throw e;
        }
    }

    private static PipelineProgram program(
            @Nullable PtxKernel solver,
            ExpertPlacement placement,
            PlacementProblem problem,
            float goal,
            int tokens,
            @Nullable SourceExchange exchange,
            LayoutProgram.@Nullable Shape shape) {
        ProblemTables own = new ProblemTables(problem.problem());
        // Without a kernel only the buffers of the step are used.
        SolverStep step = SolverProgram.step(
                solver == null ? own : own.in(solver.size()),
                solver == null ? KernelShape.RELAXATION_PER_WARP : solver.shape(),
                problem.groups(),
                goal);
        SourceGroup group = exchange == null ? null : exchange.group();
        return new PipelineProgram(placement, problem, tokens, step, solver != null, group, false, shape);
    }

    private long function(PtxKernel kernel) {
        long module = driver.loadModule(kernel.text());
        cleanup.add(() -> driver.unloadModule(module));
        return driver.function(module, kernel.entry());
    }

    /** Sets the unit of plans, see {@link GpuPipeline#planInTiles}. */
    void setTile(int tile) {
        GpuPipeline.requireTile(tile, source == null);
        setSize(PipelineSizes.TILE, tile);
    }

    /** Sets the width of ids, see {@link GpuPipeline#useLongIds}. */
    void setLongIds(boolean longIds) {
        setSize(PipelineSizes.ID_SHIFT, longIds ? 1 : 0);
    }

    private void setSize(int size, int value) {
        for (long array : sizes) {
            driver.fill(array + DeviceArrays.HEADER + (long) Integer.BYTES * size, value, 1, stream);
        }
    }

    /** Returns the device address of the first element of an array of the layout. */
    long layout(Function<LayoutProgram.Buffers, Buffer> part) {
        return bound.address(part.apply(TokenPipeline.layoutOf(program))) + DeviceArrays.HEADER;
    }

    /** Waits for all runs and copies the first elements of an array of the layout to the host. */
    void fetchLayout(Function<LayoutProgram.Buffers, Buffer> part, int[] to) {
        int length = part.apply(TokenPipeline.layoutOf(program)).length();
        if (to.length > length) {
            throw new IllegalArgumentException("to: got length " + to.length + ", expected at most " + length);
        }
        try (Arena once = Arena.ofConfined()) {
            MemorySegment copy = once.allocate(JAVA_INT, Math.max(1, to.length));
            driver.copyToHost(copy.address(), layout(part), (long) Integer.BYTES * to.length, stream);
            driver.synchronise(stream);
            MemorySegment.copy(copy, JAVA_INT, 0, to, 0, to.length);
        }
    }

    /** Returns the most ids of a run. */
    int tokens() {
        return tokens;
    }

    /** Returns the pinned memory from which a run takes its ids. */
    MemorySegment hostIds() {
        return hostIds.segment();
    }

    /** Puts a run between the host's pinned memory on the stream. */
    void runHost(int count) {
        run(ids, physical, count, true);
    }

    /** Puts a run between the device's memory on the stream; addresses are those of the first elements. */
    void runDevice(long idsAt, long physicalAt, int count) {
        run(idsAt - DeviceArrays.HEADER, physicalAt - DeviceArrays.HEADER, count, false);
    }

    private void run(long idArray, long physicalArray, int count, boolean host) {
        SourceStage stage = source;
        if (stage == null) {
            put(runs.find(idArray, physicalArray, count, host, stream), PipelinePiece.ALL);
            return;
        }
        SourceExchange exchange = stage.exchange();
        exchange.callBegins();
        try {
            if (exchange.enter()) {
                try {
                    if (exchange.takeReturn()) {
                        // All sources begin anew alike: with graphs that gather, the same runs must be recorded at
                        // once.
                        runs.forget();
                        withoutGather = false;
                        stage.continueAt(exchange.base(), stream);
                    }
                    gatherOnDevice(stage, runs.find(idArray, physicalArray, count, host, stream));
                    return;
                } catch (GatherException e) {
                    exchange.failed(String.valueOf(e.getMessage()));
                } finally {
                    exchange.leave();
                }
            }
            if (!withoutGather) {
                // Until the graphs are gone that gather, the abort that another thread is in does not return.
                runs.forgetRecordings();
                withoutGather = true;
            }
            PipelineRun run = runs.find(idArray, physicalArray, count, host, stream);
            if (exchange.hasHost()) {
                put(run, PipelinePiece.COUNTS);
                stage.gatherOnHost(stream);
                put(run, PipelinePiece.REST);
            } else {
                put(run, PipelinePiece.ALL);
            }
        } finally {
            exchange.callEnds();
        }
    }

    private void gatherOnDevice(SourceStage stage, PipelineRun run) {
        if (stage.exchange().recordsGather()) {
            put(run, PipelinePiece.GATHERING);
        } else {
            put(run, PipelinePiece.COUNTS);
            stage.gather(stream);
            put(run, PipelinePiece.REST);
        }
    }

    /** Puts a piece of a run on the stream: as a graph if the run has come before. */
    private void put(PipelineRun run, PipelinePiece piece) {
        if (run.uses() > 1 && run.executable(piece) == 0) {
            run.executable(piece, GraphRecording.record(driver, recorder, () -> enqueue(run, piece, recorder)));
        }
        if (run.executable(piece) != 0) {
            driver.launchGraph(run.executable(piece), stream);
        } else {
            enqueue(run, piece, stream);
        }
    }

    private void enqueue(PipelineRun run, PipelinePiece piece, long on) {
        if (piece != PipelinePiece.REST) {
            enqueueCounts(run, on);
        }
        if (piece == PipelinePiece.GATHERING && source != null) {
            source.gather(on);
        }
        if (piece != PipelinePiece.COUNTS) {
            enqueueRest(run, on);
        }
    }

    private void enqueueCounts(PipelineRun run, long on) {
        int count = run.tokens();
        if (run.isHost() && count > 0) {
            driver.copyToDevice(ids + DeviceArrays.HEADER, hostIds.address(), (long) Integer.BYTES * count, on);
        }
        run.arguments.launch(0, gatherAt, count, on);
    }

    private void enqueueRest(PipelineRun run, long on) {
        run.arguments.launch(gatherAt, steps, run.tokens(), on);
        if (run.isHost()) {
            copyResults(resultWords + run.tokens(), on);
        }
    }

    private void copyResults(int words, long on) {
        driver.copyToHost(hostResults.address(), out + DeviceArrays.HEADER, (long) Integer.BYTES * words, on);
    }

    /** Waits for all runs. */
    void await() {
        driver.synchronise(stream);
    }

    /** Waits for all runs and takes the summary of the last one to the host, where host runs have it already. */
    void fetch() {
        copyResults(summaryWords, stream);
        driver.synchronise(stream);
    }

    /**
     * Copies the summary of the last run that is on the host.
     *
     * @throws IllegalStateException if a kernel did not run as it should
     */
    void copySummary(int[] to) {
        MemorySegment.copy(hostResults.segment(), JAVA_INT, 0, to, 0, summaryWords);
        boolean planned = source == null || source.exchange().hasPlan();
        require("sum", to[0], RUN_NUMBER);
        for (int g = 0; g < groups; g++) {
            int at = PipelineLayout.OUT_HEADER + PipelineLayout.OUT_GROUP * g;
            require("quota", to[at], RUN_NUMBER);
            require("solve", to[at + 5], planned ? solverThreads : 0);
        }
    }

    private static void require(String kernel, int got, int expected) {
        if (got != expected) {
            throw new IllegalStateException("kernel " + kernel + ": got the sign " + got + ", expected " + expected
                    + "; it did not run as it should");
        }
    }

    int summaryWords() {
        return summaryWords;
    }

    /** Returns where the physical ids of a host run are. */
    MemorySegment hostResults() {
        return hostResults.segment();
    }

    /** Returns the byte of {@link #hostResults} at which the physical ids begin. */
    long physicalOffset() {
        return (long) Integer.BYTES * resultWords;
    }

    /** Frees everything, when all runs have ended. */
    void close() {
        cleanup.add(this::await);
        cleanup.close();
    }
}
