// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.examples;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.lplb.dispatch.DispatchLayout;
import io.lplb.placement.ExpertPlacement;
import io.lplb.problem.PlacementProblem;
import io.lplb.solver.RelaxationSolver;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.CudaLibrary;
import io.lplb.tornado.cuda.CudaUnavailableException;
import io.lplb.tornado.engine.cuda.CudaProgramRun;
import io.lplb.tornado.engine.tornado.TornadoProgram;
import io.lplb.tornado.kernel.experts.ExpertSizes;
import io.lplb.tornado.kernel.experts.RowProduct;
import io.lplb.tornado.pipeline.GpuPipeline;
import io.lplb.tornado.pipeline.TokenPipeline;
import io.lplb.tornado.program.ExpertProgram;
import io.lplb.tornado.program.LayoutProgram;
import io.lplb.tornado.program.Program;
import io.lplb.tornado.program.ProgramRun;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The layer of {@link MoeLayer} on one device: gate, plan in tiles, dispatch layout, grouped GEMM of each virtual rank's experts in turn,
 * and combine, all by the library's kernels.
 *
 * <pre>
 *   engine {@code tornado}   TornadoVM compiles the kernels; with lplb-tornado-emulator on the class path they run on the CPU
 *   engine {@code driver}    the CUDA driver launches the shipped PTX
 * </pre>
 *
 * <p>Not thread-safe: one thread uses it.
 */
final class DeviceMoeLayer implements AutoCloseable {
    private static final int TILE = RowProduct.ROWS;
    private static final int ROUNDS = 5;
    private static final int LAUNCHES = 10;

    private final ExpertProgram.Shape shape;
    private final ExpertPlacement placement;
    private final int tokens;
    private final ExpertProgram layer;
    private final @Nullable CudaDriver driver;
    private final ProgramRun gate;
    private final ProgramRun experts;
    private final int[] ids;

    /**
     * Result of a batch.
     *
     * @param y {@code [tokens][hidden]}
     * @param micros time of each rank's grouped GEMM: of the device with the driver, of the host's call with TornadoVM
     * @param tiles row tiles of each rank
     */
    @SuppressWarnings("ArrayRecordComponent") // read once
    record Result(float[] y, double[] micros, int[] tiles) {
        double slowest() {
            return Arrays.stream(micros).max().orElse(0);
        }
    }

    /**
     * Uploads the weights.
     *
     * @param engine {@code tornado} or {@code driver}
     * @param tokens tokens of a batch
     * @throws CudaUnavailableException if the driver is asked for and there is none
     */
    DeviceMoeLayer(
            String engine,
            ExpertProgram.Shape shape,
            ExpertProgram.Weights weights,
            ExpertPlacement placement,
            int tokens)
            throws CudaUnavailableException {
        this.shape = shape;
        this.placement = placement;
        this.tokens = tokens;
        int[] expertOfSlot = new int[placement.physicalExperts()];
        Arrays.setAll(expertOfSlot, placement::expertIn);
        layer = new ExpertProgram(shape, weights, tokens, expertOfSlot);
        driver = switch (engine) {
            case "driver" -> new CudaDriver(CudaLibrary.load());
            case "tornado" -> null;
            default ->
                throw new IllegalArgumentException("engine: got '" + engine + "', expected cpu, tornado or driver");
        };
        gate = open(layer.gate(), tokens);
        experts = open(layer.experts(), layer.mostTiles());
        ids = new int[tokens * shape.topK()];
    }

    private ProgramRun open(Program program, int size) {
        return driver == null
                ? new TornadoProgram(program, size, false)
                : new CudaProgramRun(driver, 0, program, "layer");
    }

    /** Runs the gate, whose choice the next batches take. */
    void choose(float[] x) {
        gate.host(layer.sizes()).setAtIndex(JAVA_INT, ExpertSizes.TOKENS, tokens);
        MemorySegment.copy(x, 0, gate.host(layer.x()), JAVA_FLOAT, 0, x.length);
        gate.run(tokens);
        MemorySegment.copy(gate.host(layer.ids()), JAVA_INT, 0, ids, 0, ids.length);
        experts.host(layer.x()).copyFrom(gate.host(layer.x()));
        experts.host(layer.combineWeights()).copyFrom(gate.host(layer.chosenWeights()));
    }

    /** Returns the expert of every token, {@code [tokens * topK]}, as the gate chose. */
    int[] ids() {
        return ids.clone();
    }

    /** Returns the weight of every expert of a token, {@code [tokens * topK]}. */
    float[] weights() {
        return gate.host(layer.chosenWeights()).toArray(JAVA_FLOAT);
    }

    /** Computes the batch with every expert at its first slot. */
    Result asPlaced() {
        int[] slots = new int[ids.length];
        Arrays.setAll(slots, k -> placement.slotOf(ids[k], 0));
        DispatchLayout layout = new DispatchLayout(
                placement.ranks(), placement.ranks(), placement.slotsPerRank(), shape.topK(), tokens, TILE);
        layout.compute(slots);
        int[] offsets = Arrays.copyOf(layout.offsets(), 2 * layout.offsets().length);
        System.arraycopy(layout.alignedOffsets(), 0, offsets, layout.offsets().length, layout.offsets().length);
        return compute(offsets, layout.order(), layout.alignedRow());
    }

    /** Plans the batch in tiles, lays it out and computes it. */
    Result balanced() throws CudaUnavailableException {
        PlacementProblem problem = PlacementProblem.of(placement, null);
        LayoutProgram.Shape rows = new LayoutProgram.Shape(shape.topK(), placement.ranks(), TILE);
        int[] slots = new int[ids.length];
        int[] offsets = new int[2 * (placement.physicalExperts() + 1)];
        int[] order = new int[ids.length];
        int[] alignedRow = new int[ids.length];
        if (driver == null) {
            try (TokenPipeline pipeline = new TokenPipeline(
                    placement,
                    problem,
                    ids.length,
                    TokenPipeline.solver(RelaxationSolver.NAME, problem.problem(), problem.groups(), 1e-4),
                    false,
                    null,
                    false,
                    rows)) {
                pipeline.planInTiles(TILE);
                pipeline.route(ids, slots);
                copy(pipeline.layout(LayoutProgram.Buffers::offsets), offsets);
                copy(pipeline.layout(LayoutProgram.Buffers::order), order);
                copy(pipeline.layout(LayoutProgram.Buffers::alignedRow), alignedRow);
            }
        } else {
            try (GpuPipeline pipeline = GpuPipeline.openWithLayout(
                    0, RelaxationSolver.NAME, placement, problem, 1e-4, ids.length, 0, rows)) {
                pipeline.planInTiles(TILE);
                pipeline.route(ids, slots);
                pipeline.fetchLayout(LayoutProgram.Buffers::offsets, offsets);
                pipeline.fetchLayout(LayoutProgram.Buffers::order, order);
                pipeline.fetchLayout(LayoutProgram.Buffers::alignedRow, alignedRow);
            }
        }
        return compute(offsets, order, alignedRow);
    }

    private static void copy(MemorySegment from, int[] to) {
        MemorySegment.copy(from, JAVA_INT, 0, to, 0, to.length);
    }

    /** Every rank's experts in turn, then the combination of all. */
    private Result compute(int[] offsets, int[] order, int[] alignedRow) {
        MemorySegment.copy(offsets, 0, experts.host(layer.offsets()), JAVA_INT, 0, offsets.length);
        MemorySegment.copy(order, 0, experts.host(layer.order()), JAVA_INT, 0, order.length);
        MemorySegment.copy(alignedRow, 0, experts.host(layer.alignedRow()), JAVA_INT, 0, alignedRow.length);
        int slots = placement.physicalExperts();
        for (int p = 0; p < slots; p++) {
            for (int t = offsets[slots + 1 + p] / TILE; t < offsets[slots + 2 + p] / TILE; t++) {
                experts.host(layer.slotOfTile()).setAtIndex(JAVA_INT, t, p);
            }
        }
        run(0, 0, 0); // compiles what is not compiled yet
        int ranks = placement.ranks();
        int perRank = placement.slotsPerRank();
        int[] tiles = new int[ranks];
        double[] micros = new double[ranks];
        for (int rank = 0; rank < ranks; rank++) {
            int first = offsets[slots + 1 + rank * perRank] / TILE;
            tiles[rank] = offsets[slots + 1 + (rank + 1) * perRank] / TILE - first;
            micros[rank] = time(first, tiles[rank]);
        }
        run(0, 0, tokens);
        return new Result(experts.host(layer.y()).toArray(JAVA_FLOAT), micros, tiles);
    }

    private double run(int firstTile, int tiles, int combined) {
        MemorySegment sizes = experts.host(layer.sizes());
        sizes.setAtIndex(JAVA_INT, ExpertSizes.FIRST_TILE, firstTile);
        sizes.setAtIndex(JAVA_INT, ExpertSizes.ROW_TILES, tiles);
        sizes.setAtIndex(JAVA_INT, ExpertSizes.TOKENS, combined);
        long start = System.nanoTime();
        experts.run(tiles);
        return (System.nanoTime() - start) / 1e3;
    }

    private double time(int firstTile, int tiles) {
        double first = run(firstTile, tiles, 0);
        double[] rounds = new double[driver == null ? 1 : ROUNDS];
        for (int k = 0; k < rounds.length; k++) {
            rounds[k] = experts instanceof CudaProgramRun onDriver ? onDriver.micros(tiles, LAUNCHES) : first;
        }
        Arrays.sort(rounds);
        return rounds[rounds.length / 2];
    }

    @Override
    public void close() {
        gate.close();
        experts.close();
    }
}
