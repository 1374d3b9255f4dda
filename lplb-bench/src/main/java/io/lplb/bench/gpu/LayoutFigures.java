// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.gpu;

import static io.lplb.bench.gpu.GpuFigures.LAUNCHES;
import static io.lplb.bench.gpu.GpuFigures.ROUNDS;
import static io.lplb.bench.gpu.GpuFigures.TILE;
import static io.lplb.bench.gpu.GpuFigures.TOKENS;
import static io.lplb.bench.gpu.GpuFigures.TOP_K;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.lplb.dispatch.DispatchLayout;
import io.lplb.placement.ExpertPlacement;
import io.lplb.placement.LplbPlacement;
import io.lplb.problem.PlacementProblem;
import io.lplb.solver.RelaxationSolver;
import io.lplb.topology.ReplicaTopology;
import io.lplb.topology.Topologies;
import io.lplb.tornado.cuda.CudaDevice;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.CudaLibrary;
import io.lplb.tornado.cuda.CudaUnavailableException;
import io.lplb.tornado.engine.cuda.CudaProgramRun;
import io.lplb.tornado.kernel.layout.LayoutSizes;
import io.lplb.tornado.kernel.pipeline.PipelineSizes;
import io.lplb.tornado.pipeline.GpuPipeline;
import io.lplb.tornado.program.Buffer;
import io.lplb.tornado.program.LayoutProgram;
import io.lplb.tornado.program.Program;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Function;

/**
 * Checks and times dispatch layouts through the driver beside the host's: of ids that are on the device, launch by launch, and by the
 * pipeline that routes them. Part of {@link GpuFigures}, and a program of its own; exit code 1 if a result is wrong.
 */
public final class LayoutFigures {
    private static final int RANKS_PER_NODE = 8;

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private final CudaDriver driver;
    private int wrong;

    LayoutFigures(CudaDriver driver) {
        this.driver = driver;
    }

    /** Runs all parts. */
    public static void main(String[] args) throws CudaUnavailableException {
        CudaDriver driver = new CudaDriver(CudaLibrary.load());
        LayoutFigures figures = new LayoutFigures(driver);
        try (CudaDevice device = new CudaDevice(driver, 0)) {
            figures.run(device);
        }
        if (figures.wrong > 0) {
            System.exit(1);
        }
    }

    void run(CudaDevice device) throws CudaUnavailableException {
        device.enter();
        try {
            alone(false, 1.5);
            alone(true, 1.5);
            alone(false, 1);
            alone(false, 12);
        } finally {
            device.leave();
        }
        for (double skew : new double[] {1.5, 1, 12}) {
            inPipeline(device, "torus8x4", 1, skew, 1);
            inPipeline(device, "torus8x4", 1, skew, TILE);
            inPipeline(device, "cube", 4, skew, 1);
        }
    }

    /** Returns the number of wrong results. */
    int wrong() {
        return wrong;
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation is Error Prone's, which is no dependency
    private void say(String format, Object... values) {
        out.println(String.format(Locale.ROOT, format, values));
    }

    private boolean require(boolean right, String what) {
        if (!right) {
            wrong++;
            say("WRONG %s", what);
        }
        return right;
    }

    /** A layout of physical ids, and the time of its first launches. */
    private void alone(boolean longIds, double skew) {
        int ranks = GpuFigures.RANKS;
        int slotsPerRank = 10;
        int[] slots = GpuFigures.ids(TOKENS * TOP_K, ranks * slotsPerRank, skew);
        // Some ids are nobody's.
        for (int k = 0; k < slots.length; k += 1001) {
            slots[k] = -1;
        }
        LayoutProgram layout = new LayoutProgram(ranks, RANKS_PER_NODE, slotsPerRank, TOP_K, TOKENS, TILE, longIds);
        DispatchLayout host = new DispatchLayout(ranks, RANKS_PER_NODE, slotsPerRank, TOP_K, TOKENS, TILE);
        host.compute(slots);
        double[] micros = new double[layout.program().steps().size()];
        boolean right = false;
        for (int steps = 1; steps <= micros.length; steps++) {
            Program part =
                    new Program(LayoutProgram.NAME, layout.program().steps().subList(0, steps));
            try (CudaProgramRun run = new CudaProgramRun(driver, 0, part, "layout")) {
                run.host(layout.counting()).setAtIndex(JAVA_INT, PipelineSizes.TOKENS, slots.length);
                run.host(layout.sizes()).setAtIndex(JAVA_INT, LayoutSizes.TOKENS, TOKENS);
                for (int k = 0; k < slots.length; k++) {
                    if (longIds) {
                        run.host(layout.ids()).setAtIndex(JAVA_LONG, k, slots[k]);
                    } else {
                        run.host(layout.ids()).setAtIndex(JAVA_INT, k, slots[k]);
                    }
                }
                if (steps == micros.length) {
                    part.buffers().stream()
                            .filter(buffer -> buffer.kind().isOutput())
                            .forEach(buffer -> poison(run.address(buffer), buffer.length()));
                }
                run.run(slots.length);
                if (steps == micros.length) {
                    right = equal(host, ranks * slotsPerRank, ranks, slots.length, part(run, layout));
                }
                double[] rounds = new double[ROUNDS];
                Arrays.setAll(rounds, k -> run.micros(slots.length, LAUNCHES));
                micros[steps - 1] = GpuFigures.median(rounds);
            }
        }
        String what = String.format(
                Locale.ROOT,
                "layout, %d ids of %d bits (skew %.1f), %d slots, %d ranks",
                slots.length,
                longIds ? 64 : 32,
                skew,
                ranks * slotsPerRank,
                ranks);
        require(right, what);
        say(
                "%s: %.1f us; count alone %.1f, count and sum %.1f; equal to the host's: %s",
                what, micros[2], micros[0], micros[1], right);
    }

    private void poison(long address, int words) {
        driver.fill(address, 0x5ca1ab1e, words, 0);
        driver.synchronise(0);
    }

    private static Function<Function<LayoutProgram.Buffers, Buffer>, int[]> part(
            CudaProgramRun run, LayoutProgram layout) {
        LayoutProgram.Buffers buffers = new LayoutProgram.Buffers(
                layout.sizes(),
                layout.tokens(),
                layout.offsets(),
                layout.order(),
                layout.alignedRow(),
                layout.rankBits());
        return which -> run.host(which.apply(buffers)).toArray(JAVA_INT);
    }

    private static boolean equal(
            DispatchLayout host,
            int slots,
            int ranks,
            int ids,
            Function<Function<LayoutProgram.Buffers, Buffer>, int[]> device) {
        int nodes = host.tokensPerNode().length;
        int[] offsets = device.apply(LayoutProgram.Buffers::offsets);
        int[] sums = device.apply(LayoutProgram.Buffers::tokens);
        boolean right = Arrays.equals(host.offsets(), Arrays.copyOf(offsets, slots + 1))
                && Arrays.equals(host.alignedOffsets(), Arrays.copyOfRange(offsets, slots + 1, 2 * (slots + 1)))
                && Arrays.equals(host.tokensPerSlot(), Arrays.copyOf(sums, slots))
                && Arrays.equals(host.tokensPerRank(), Arrays.copyOfRange(sums, slots, slots + ranks))
                && Arrays.equals(host.tokensPerNode(), Arrays.copyOfRange(sums, slots + ranks, slots + ranks + nodes))
                && Arrays.equals(
                        Arrays.copyOf(host.order(), host.rows()),
                        Arrays.copyOf(device.apply(LayoutProgram.Buffers::order), host.rows()))
                && Arrays.equals(
                        Arrays.copyOf(host.alignedRow(), ids),
                        Arrays.copyOf(device.apply(LayoutProgram.Buffers::alignedRow), ids));
        int[] bits = device.apply(LayoutProgram.Buffers::rankBits);
        for (int k = 0; k < host.tokens() * ranks; k++) {
            int rank = k % ranks;
            right &= host.tokenInRank()[k] == ((bits[2 * (k / ranks) + rank / 32] >>> (rank % 32) & 1) == 1);
        }
        return right;
    }

    /** The pipeline with the layout in its last launch, beside the one without. */
    private void inPipeline(CudaDevice device, String topology, int groups, double skew, int tile)
            throws CudaUnavailableException {
        ReplicaTopology t = Topologies.parse(topology);
        int ranks = t.groupSize() * groups;
        int experts = GpuFigures.EXPERTS;
        ExpertPlacement placement = new LplbPlacement(t, ranks, experts, t.replicasPerRank()).natural();
        PlacementProblem problem = PlacementProblem.of(placement, null);
        int[] ids = GpuFigures.ids(TOKENS * TOP_K, experts, skew);
        LayoutProgram.Shape shape = new LayoutProgram.Shape(TOP_K, RANKS_PER_NODE, TILE);
        device.enter();
        long stream = driver.createStream();
        long memory = driver.allocate(3L * Integer.BYTES * ids.length);
        long bytes = (long) Integer.BYTES * ids.length;
        try (Arena arena = Arena.ofConfined();
                GpuPipeline plain =
                        GpuPipeline.openOn(stream, RelaxationSolver.NAME, placement, problem, 1e-4, ids.length, 0);
                GpuPipeline both = GpuPipeline.openWithLayout(
                        stream, RelaxationSolver.NAME, placement, problem, 1e-4, ids.length, 0, shape)) {
            MemorySegment host = arena.allocateFrom(JAVA_INT, ids);
            driver.copyToDevice(memory, host.address(), bytes, stream);
            driver.fill(memory + bytes, 0x5ca1ab1e, 2L * ids.length, stream);
            plain.planInTiles(tile);
            both.planInTiles(tile);
            double[] without = new double[ROUNDS];
            double[] with = new double[ROUNDS];
            for (int k = 0; k < ROUNDS; k++) {
                without[k] = time(plain, stream, memory, memory + bytes, ids.length);
                with[k] = time(both, stream, memory, memory + 2 * bytes, ids.length);
            }
            poison(both.layout(LayoutProgram.Buffers::order), ids.length);
            poison(both.layout(LayoutProgram.Buffers::alignedRow), ids.length);
            poison(both.layout(LayoutProgram.Buffers::offsets), 2 * (placement.physicalExperts() + 1));
            driver.fill(memory + 2 * bytes, 0x5ca1ab1e, ids.length, stream);
            both.route(memory, memory + 2 * bytes, ids.length);
            both.fetch();
            int[] expected = fetch(arena, memory + bytes, ids.length, stream);
            int[] physical = fetch(arena, memory + 2 * bytes, ids.length, stream);
            DispatchLayout layout =
                    new DispatchLayout(ranks, RANKS_PER_NODE, placement.slotsPerRank(), TOP_K, TOKENS, TILE);
            layout.compute(expected);
            String what = String.format(
                    Locale.ROOT,
                    "pipeline with layout, %s, %d ids (skew %.1f), %d experts, %d ranks, tiles of %d",
                    topology,
                    ids.length,
                    skew,
                    experts,
                    ranks,
                    tile);
            boolean right = Arrays.equals(expected, physical)
                    && equal(layout, placement.physicalExperts(), ranks, ids.length, which -> {
                        int length = which.apply(sizesOf(shape, placement, ids.length))
                                .length();
                        int[] to = new int[length];
                        both.fetchLayout(which, to);
                        return to;
                    });
            require(right, what);
            say(
                    "%s: %.1f us, without layout %.1f us; equal to the host's: %s",
                    what, GpuFigures.median(with), GpuFigures.median(without), right);
        } finally {
            driver.free(memory);
            driver.destroyStream(stream);
            device.leave();
        }
    }

    private static LayoutProgram.Buffers sizesOf(LayoutProgram.Shape shape, ExpertPlacement placement, int ids) {
        return LayoutProgram.Buffers.of(shape, placement.ranks(), placement.slotsPerRank(), ids, false);
    }

    private int[] fetch(Arena arena, long address, int length, long stream) {
        MemorySegment to = arena.allocate(JAVA_INT, length);
        driver.copyToHost(to.address(), address, to.byteSize(), stream);
        driver.synchronise(stream);
        return to.toArray(JAVA_INT);
    }

    private double time(GpuPipeline pipeline, long stream, long ids, long results, int length) {
        for (int k = 0; k < 20; k++) {
            pipeline.route(ids, results, length);
        }
        driver.synchronise(stream);
        long start = driver.createEvent();
        long end = driver.createEvent();
        driver.record(start, stream);
        for (int n = 0; n < LAUNCHES; n++) {
            pipeline.route(ids, results, length);
        }
        driver.record(end, stream);
        driver.synchronise(stream);
        double micros = driver.elapsedMicros(start, end) / LAUNCHES;
        driver.destroyEvent(start);
        driver.destroyEvent(end);
        return micros;
    }
}
