// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.pipeline;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.lplb.placement.ExpertPlacement;
import io.lplb.problem.PlacementProblem;
import io.lplb.tornado.cuda.CallerStream;
import io.lplb.tornado.cuda.Cleanup;
import io.lplb.tornado.cuda.CudaDevice;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.CudaException;
import io.lplb.tornado.cuda.CudaLibrary;
import io.lplb.tornado.cuda.CudaUnavailableException;
import io.lplb.tornado.cuda.DeviceSession;
import io.lplb.tornado.kernel.pipeline.PipelineLayout;
import io.lplb.tornado.program.Buffer;
import io.lplb.tornado.program.LayoutProgram;
import io.lplb.tornado.program.ProblemTables;
import io.lplb.tornado.ptx.PtxKernel;
import io.lplb.tornado.ptx.PtxLibrary;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Pipeline from routed token ids to physical ids on an NVIDIA GPU: count, solve, quota, exact repair and route on the device, launched
 * through the driver without TornadoVM (see {@link PipelineLaunch}).
 *
 * <pre>
 *   route(long, long, int)       ids and results in the device's memory: nothing is copied, and the call returns when the
 *                                work is on the stream; fetch() waits and brings the summary
 *   route(int[], int[])          ids and results on the host, also as MemorySegment: copies, waits, brings the summary
 * </pre>
 *
 * <p>Ids are 32-bit integers, -1 for no expert; one that names no expert is routed to -1 and counted. With unit speeds the
 * plan is the best that whole tokens allow, whatever the solver did; with others the rounded shares are kept.
 *
 * <p>Where the ids are those of one of several processes, a {@link SourceExchange} gathers their counts: the plan is then that of
 * all their ids, and the summary of a batch that lacked some of their counts is that of the plan it was routed by.
 *
 * <p>Device addresses belong to the device's primary context, which is that of the CUDA runtime and of what is built on it.
 * A caller's stream must live longer than the pipeline, and capture nothing. Runs follow one another in its order; the
 * pipeline's own stream waits for no other one, so what is in the device's memory must be complete when it is used.
 *
 * <p>Bounds are those of {@link io.lplb.tornado.kernel.pipeline.PipelineSizes}; the solver needs PTX that holds the problem,
 * see {@link #missing}.
 *
 * <p>Threads: an instance belongs to the thread of its first call; another thread's gets an IllegalStateException. Only
 * {@link #close} may be called from anywhere: it waits for a call that is running, and for the work on the stream. A fault of a
 * kernel is for good: the call that meets it throws a {@link CudaException}, every later one an IllegalStateException. With
 * device addresses a call may meet the fault of an earlier one.
 *
 * <p>Allocates nothing per call, apart from recording a CUDA graph when a number of ids and addresses come again.
 */
public final class GpuPipeline implements AutoCloseable {
    private final CudaDevice device;
    private final DeviceSession session;
    private final PipelineLaunch launch;
    private final int groups;
    private final int ranks;
    private final int topK;
    private final int[] summary;
    private boolean fetched;
    private boolean longIds;

    private GpuPipeline(CudaDevice device, PipelineLaunch launch, PlacementProblem problem, int topK) {
        this.topK = topK;
        this.device = device;
        this.session = new DeviceSession("driver pipeline", "call", device);
        this.launch = launch;
        groups = problem.groups();
        ranks = problem.problem().ranks();
        summary = new int[launch.summaryWords()];
    }

    /**
     * Makes a pipeline on a stream of its own.
     *
     * @param solver {@link io.lplb.solver.InteriorPointSolver#NAME} or {@link io.lplb.solver.RelaxationSolver#NAME}
     * @param placement where the experts are
     * @param problem the placement's problem
     * @param tolerance gap at which the solver stops, as a fraction of the mean load
     * @param maxTokens the most ids of a run
     * @param deviceIndex the GPU, from 0
     * @throws IllegalArgumentException if there is no PTX for the solver that holds the problem, or an argument is
     *     out of range
     * @throws CudaUnavailableException if the driver is not there or too old
     * @throws CudaException if the driver refuses
     */
    public static GpuPipeline open(
            String solver,
            ExpertPlacement placement,
            PlacementProblem problem,
            double tolerance,
            int maxTokens,
            int deviceIndex)
            throws CudaUnavailableException {
        return openHere(CallerStream.NONE, solver, placement, problem, tolerance, maxTokens, deviceIndex);
    }

    /**
     * Makes a pipeline on a stream of the caller's.
     *
     * @param stream a CUstream of the device's primary context, as the address that it is; 0 is the legacy default stream
     * @see #open(String, ExpertPlacement, PlacementProblem, double, int, int)
     */
    public static GpuPipeline openOn(
            long stream,
            String solver,
            ExpertPlacement placement,
            PlacementProblem problem,
            double tolerance,
            int maxTokens,
            int deviceIndex)
            throws CudaUnavailableException {
        return openHere(new CallerStream(true, stream), solver, placement, problem, tolerance, maxTokens, deviceIndex);
    }

    private static GpuPipeline openHere(
            CallerStream stream,
            String solver,
            ExpertPlacement placement,
            PlacementProblem problem,
            double tolerance,
            int maxTokens,
            int deviceIndex)
            throws CudaUnavailableException {
        CudaDriver driver = new CudaDriver(CudaLibrary.load());
        PtxLibrary library = PtxLibrary.read();
        return open(driver, library, solver, placement, problem, tolerance, maxTokens, deviceIndex, stream, null);
    }

    /**
     * Makes a pipeline that also lays out every batch for dispatch, in the launch that routes it; see {@link #layout}.
     *
     * @param maxTokens the most ids of a run; every run has a multiple of {@link LayoutProgram.Shape#topK}
     * @param shape the layout
     * @see #openOn(long, String, ExpertPlacement, PlacementProblem, double, int, int)
     */
    public static GpuPipeline openWithLayout(
            long stream,
            String solver,
            ExpertPlacement placement,
            PlacementProblem problem,
            double tolerance,
            int maxTokens,
            int deviceIndex,
            LayoutProgram.Shape shape)
            throws CudaUnavailableException {
        return open(
                new CudaDriver(CudaLibrary.load()),
                kernel(PtxLibrary.read(), solver, problem),
                placement,
                problem,
                tolerance,
                maxTokens,
                deviceIndex,
                new CallerStream(true, stream),
                null,
                shape);
    }

    /**
     * Makes a pipeline.
     *
     * @param exchange the sources that plan together; null where one sees all tokens
     */
    public static GpuPipeline open(
            CudaDriver driver,
            PtxLibrary library,
            String solver,
            ExpertPlacement placement,
            PlacementProblem problem,
            double tolerance,
            int maxTokens,
            int deviceIndex,
            CallerStream stream,
            @Nullable SourceExchange exchange) {
        PtxKernel kernel = kernel(library, solver, problem);
        return open(driver, kernel, placement, problem, tolerance, maxTokens, deviceIndex, stream, exchange);
    }

    private static @Nullable PtxKernel kernel(PtxLibrary library, String solver, PlacementProblem problem) {
        String missing = missing(library, solver, problem);
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException(missing);
        }
        return problem.problem().items() == 0
                ? null
                : library.find(solver, new ProblemTables(problem.problem()).size(), problem.groups())
                        .orElseThrow();
    }

    /** Makes a pipeline with a solver's kernel, or none: then shares are 0, and the repair does all the work. */
    public static GpuPipeline open(
            CudaDriver driver,
            @Nullable PtxKernel kernel,
            ExpertPlacement placement,
            PlacementProblem problem,
            double tolerance,
            int maxTokens,
            int deviceIndex,
            CallerStream stream,
            @Nullable SourceExchange exchange) {
        return open(driver, kernel, placement, problem, tolerance, maxTokens, deviceIndex, stream, exchange, null);
    }

    private static GpuPipeline open(
            CudaDriver driver,
            @Nullable PtxKernel kernel,
            ExpertPlacement placement,
            PlacementProblem problem,
            double tolerance,
            int maxTokens,
            int deviceIndex,
            CallerStream stream,
            @Nullable SourceExchange exchange,
            LayoutProgram.@Nullable Shape shape) {
        if (!(tolerance > 0)) {
            throw new IllegalArgumentException("tolerance: got " + tolerance + ", expected a positive number");
        }
        CudaDevice device = new CudaDevice(driver, deviceIndex);
        try {
            device.enter();
            try {
                return new GpuPipeline(
                        device,
                        new PipelineLaunch(
                                driver,
                                kernel,
                                placement,
                                problem,
                                (float) tolerance,
                                maxTokens,
                                stream,
                                exchange,
                                shape),
                        problem,
                        shape == null ? 1 : shape.topK());
            } finally {
                device.leave();
            }
        } catch (RuntimeException e) {
            Cleanup cleanup = new Cleanup();
            cleanup.add(device::close);
            cleanup.closeQuietly(e);
            throw e;
        }
    }

    /** Says what a pipeline for the problem lacks; empty if nothing. Touches no driver. */
    public static String missing(String solver, PlacementProblem problem) {
        return missing(PtxLibrary.read(), solver, problem);
    }

    private static String missing(PtxLibrary library, String solver, PlacementProblem problem) {
        return library.missing(problem.problem(), solver);
    }

    /**
     * Routes a batch in the device's memory. Returns as soon as the work is on the stream.
     *
     * @param ids device address of {@code tokens} integers, the logical experts
     * @param physical device address of {@code tokens} integers, overwritten with physical ids; may be {@code ids}
     * @throws IllegalArgumentException if there are too many ids or an address is not that of an integer
     */
    public void route(long ids, long physical, int tokens) {
        requireTokens(tokens);
        requireAddress("ids", ids, tokens);
        requireAddress("physical", physical, tokens);
        session.begin();
        try {
            fetched = false;
            launch.runDevice(ids, physical, tokens);
        } catch (CudaException e) {
            throw session.failed(e);
        } finally {
            session.end();
        }
    }

    private void requireAddress(String what, long address, int tokens) {
        if (address % (longIds ? Long.BYTES : Integer.BYTES) != 0 || (address == 0 && tokens > 0)) {
            throw new IllegalArgumentException(
                    what + ": got device address " + address + ", expected that of an array of integers");
        }
    }

    /**
     * Routes a batch on the host.
     *
     * @param ids logical expert of every token
     * @param physical physical slot of every token, as long as {@code ids}, which it may be
     * @return how many ids named no expert; they are routed to -1
     * @throws IllegalArgumentException if there are too many ids or the lengths differ
     */
    public int route(int[] ids, int[] physical) {
        requireLengths(ids.length, physical.length);
        session.begin();
        try {
            MemorySegment.copy(ids, 0, launch.hostIds(), JAVA_INT, 0, ids.length);
            runHost(ids.length);
            MemorySegment.copy(launch.hostResults(), JAVA_INT, launch.physicalOffset(), physical, 0, ids.length);
        } catch (CudaException e) {
            throw session.failed(e);
        } finally {
            session.end();
        }
        return badIds();
    }

    /** Routes a batch on the host, in segments of integers; see {@link #route(int[], int[])}. */
    public int route(MemorySegment ids, MemorySegment physical) {
        requireLengths(ids.byteSize() / Integer.BYTES, physical.byteSize() / Integer.BYTES);
        int tokens = (int) (ids.byteSize() / Integer.BYTES);
        session.begin();
        try {
            MemorySegment.copy(ids, 0, launch.hostIds(), 0, (long) Integer.BYTES * tokens);
            runHost(tokens);
            MemorySegment.copy(
                    launch.hostResults(), launch.physicalOffset(), physical, 0, (long) Integer.BYTES * tokens);
        } catch (CudaException e) {
            throw session.failed(e);
        } finally {
            session.end();
        }
        return badIds();
    }

    private void requireTokens(long tokens) {
        if (tokens < 0 || tokens > launch.tokens()) {
            throw new IllegalArgumentException("ids: got length " + tokens + ", expected 0.." + launch.tokens());
        }
        if (tokens % topK != 0) {
            throw new IllegalArgumentException(
                    "ids: got length " + tokens + ", expected a multiple of " + topK + " as top-k");
        }
    }

    private void requireLengths(long ids, long physical) {
        if (longIds) {
            throw new IllegalStateException("ids: got 32 bits on the host, expected device addresses of 64-bit ids");
        }
        requireTokens(ids);
        if (physical != ids) {
            throw new IllegalArgumentException("physical: got length " + physical + ", expected " + ids + " as ids");
        }
    }

    private void runHost(int tokens) {
        fetched = false;
        launch.runHost(tokens);
        launch.await();
        launch.copySummary(summary);
        fetched = true;
    }

    /**
     * Returns the device address of an array of the layout, whose contents are those of the last run when it is done.
     *
     * @param part the array, as {@code LayoutProgram.Buffers::order}; its length is that for {@code maxTokens}
     * @throws IllegalStateException if the pipeline was opened without a layout
     */
    public long layout(Function<LayoutProgram.Buffers, Buffer> part) {
        return launch.layout(part);
    }

    /**
     * Waits for all runs and copies an array of the layout to the host.
     *
     * @param part the array, as {@code LayoutProgram.Buffers::order}
     * @param to overwritten with the first elements, as many as it holds
     * @throws IllegalStateException if the pipeline was opened without a layout
     * @throws IllegalArgumentException if the array is longer than that of the device
     */
    public void fetchLayout(Function<LayoutProgram.Buffers, Buffer> part, int[] to) {
        session.begin();
        try {
            launch.fetchLayout(part, to);
        } catch (CudaException e) {
            throw session.failed(e);
        } finally {
            session.end();
        }
    }

    /**
     * Waits for all runs and brings the summary of the last one to the host. Not needed for routing on the device.
     *
     * @throws IllegalStateException if a kernel did not run as it should
     */
    public void fetch() {
        session.begin();
        try {
            launch.fetch();
            launch.copySummary(summary);
            fetched = true;
        } catch (CudaException e) {
            throw session.failed(e);
        } finally {
            session.end();
        }
    }

    /**
     * Plans in whole tiles of an expert's tokens from the next run on: loads, bounds and quotas then count tiles, and the replica with an
     * expert's last tokens has the tile that is not full. 1, the default, plans in tokens.
     *
     * @param tile tokens of a tile, at least 1
     * @throws IllegalArgumentException if it is less
     * @throws IllegalStateException if there are several sources
     */
    public void planInTiles(int tile) {
        session.run(() -> launch.setTile(tile));
    }

    /**
     * Takes ids in the device's memory as 64-bit integers from the next run on, and writes such; runs on the host's memory are refused then.
     *
     * @param longIds false for 32-bit integers, the default
     */
    public void useLongIds(boolean longIds) {
        session.run(() -> launch.setLongIds(longIds));
        this.longIds = longIds;
    }

    static void requireTile(int tile, boolean alone) {
        if (tile < 1) {
            throw new IllegalArgumentException("tile: got " + tile + ", expected at least 1 token");
        }
        if (!alone && tile > 1) {
            throw new IllegalStateException("tile: got " + tile + " tokens with several sources, expected one source");
        }
    }

    private int summary(int at) {
        if (!fetched) {
            throw new IllegalStateException("summary: got none of the last run, expected a call of fetch before");
        }
        return summary[at];
    }

    private int group(int group, int word) {
        return summary(PipelineLayout.OUT_HEADER + PipelineLayout.OUT_GROUP * Objects.checkIndex(group, groups) + word);
    }

    /**
     * Returns how many ids of the last run named no expert.
     *
     * @throws IllegalStateException if the summary of the last run was not fetched, as for all that follow
     */
    public int badIds() {
        return summary(PipelineLayout.OUT_BAD_IDS);
    }

    /** Returns the tokens that the plan gives to a rank of a group. */
    public int load(int group, int rank) {
        Objects.checkIndex(group, groups);
        return summary(PipelineLayout.rankAt(groups) + group * ranks + Objects.checkIndex(rank, ranks));
    }

    /** Returns the largest number of tokens of a rank of this group. */
    public int maxLoad(int group) {
        return group(group, 1);
    }

    /** Returns what no plan of whole tokens is below, as the repair proved; with speeds other than 1 only a start value. */
    public int lowerBound(int group) {
        return group(group, 2);
    }

    /** Returns the number of rounds of repair that the group took. */
    public int repairRounds(int group) {
        return group(group, 3);
    }

    /** Returns the solver's status word of a group, see {@link io.lplb.tornado.kernel.solve.SolverLayout}; 0 if nothing was to solve. */
    public int solverStatus(int group) {
        return group(group, 4);
    }

    /** Returns the name of the GPU. */
    public String deviceName() {
        return device.name();
    }

    @Override
    public void close() {
        session.close(launch::close);
    }
}
