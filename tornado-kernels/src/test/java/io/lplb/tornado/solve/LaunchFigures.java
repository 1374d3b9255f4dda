// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import com.sun.management.ThreadMXBean;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.RelaxationSolver;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.Solvers;
import io.lplb.solver.SplitBatch;
import io.lplb.tornado.cuda.CudaDevice;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.CudaLibrary;
import io.lplb.tornado.cuda.CudaUnavailableException;
import io.lplb.tornado.program.Accuracy;
import io.lplb.tornado.program.ProblemTables;
import io.lplb.tornado.ptx.PtxKernel;
import io.lplb.tornado.ptx.PtxLibrary;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A program for a machine with a GPU: where the time of a solve through the driver goes. Not a test; docs/measurements/driver.md says
 * how to call it.
 *
 * <p>Arguments: {@code calls} (the driver's calls one by one), {@code one} (one group: every way to launch and to wait,
 * beside the kernel's own time), {@code large} (batches of 2 to 16,384 groups), {@code both} (the driver's launch, TornadoVM's and the CPU, needs
 * TornadoVM), {@code host} (packing and certifying alone; needs no GPU).
 */
final class LaunchFigures {
    private static final double TOLERANCE = GpuSolver.DEFAULT_TOLERANCE;
    private static final List<String> SOLVERS = List.of(InteriorPointSolver.NAME, RelaxationSolver.NAME);

    /** Problems that are solved in turn: four kinds of loads, as in {@link DriverFigures}. */
    private static final int RING = 64;

    private static final int[] SIZES = Arrays.stream(
                    System.getProperty("sizes", "2,8,32,128,1024,16384").split(",", -1))
            .mapToInt(Integer::parseInt)
            .toArray();

    private static final LaunchOptions PLAIN = new LaunchOptions(Transfer.MAPPED, false, false, 0, false);
    private static final LaunchOptions GRAPH = new LaunchOptions(Transfer.MAPPED, true, false, 0, false);
    private static final LaunchOptions STAMPS = new LaunchOptions(Transfer.MAPPED, true, true, 0, false);
    private static final LaunchOptions PLAIN_STAMPS = new LaunchOptions(Transfer.MAPPED, false, true, 0, false);
    private static final LaunchOptions COPIED = new LaunchOptions(Transfer.COPIED, true, false, 0, false);
    private static final LaunchOptions CERTIFIED = new LaunchOptions(Transfer.MAPPED, true, false, 1, false);
    private static final LaunchOptions LINKED = new LaunchOptions(Transfer.MAPPED, true, true, 1, true);
    private static final LaunchOptions CERTIFIED_COPIED = new LaunchOptions(Transfer.COPIED, true, false, 1, false);
    private static final int[] PIECES = {1, 2, 4};

    private LaunchFigures() {}

    /** Runs one of the parts. */
    public static void main(String[] args) throws CudaUnavailableException {
        switch (args[0]) {
            case "calls" -> calls();
            case "one" -> one();
            case "large" -> large();
            case "both" -> both();
            case "host" -> host();
            default ->
                throw new IllegalArgumentException("got " + args[0] + ", expected calls, one, large, both or host");
        }
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation is Error Prone's, which is no dependency
    static void say(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }

    /** One group a batch, kind after kind; with one kind the normal loads alone. */
    static MinMaxBatch[] ring(MinMaxProblem problem, int kinds) {
        MinMaxBatch[] ring = new MinMaxBatch[RING];
        int ranks = problem.ranks();
        int items = problem.items();
        for (int k = 0; k < RING; k++) {
            MinMaxBatch four = DriverFigures.random(problem, 4, 100 + k);
            int g = k % kinds;
            ring[k] = MinMaxBatch.of(
                    problem,
                    Arrays.copyOfRange(four.fixed(), g * ranks, (g + 1) * ranks),
                    Arrays.copyOfRange(four.load(), g * items, (g + 1) * items));
        }
        return ring;
    }

    private static DriverLaunch launch(
            CudaDevice device, String solver, MinMaxProblem problem, int groups, LaunchOptions options) {
        ProblemTables tables = new ProblemTables(problem);
        PtxKernel kernel = PtxLibrary.read().find(solver, tables.size(), groups).orElseThrow();
        return new DriverLaunch(device, kernel, tables.in(kernel.size()), groups, Accuracy.of(TOLERANCE), options);
    }

    /** Median of the kernel's own time over the batches, in microseconds. */
    private static double kernel(
            CudaDevice device, String solver, MinMaxProblem problem, MinMaxBatch[] batches, LaunchOptions options) {
        int groups = batches[0].groups();
        double[] micros = new double[batches.length];
        try (DriverLaunch launch = launch(device, solver, problem, groups, options)) {
            for (int k = 0; k < batches.length; k++) {
                launch.execute(batches[k], 0, groups);
                launch.kernelMicros(groups, 20);
                micros[k] = launch.kernelMicros(groups, 50);
            }
        }
        Arrays.sort(micros);
        return micros[micros.length / 2];
    }

    private static void calls() throws CudaUnavailableException {
        CudaDriver driver = new CudaDriver(CudaLibrary.load());
        MinMaxProblem problem = DriverFigures.problem("cube");
        MinMaxBatch batch = ring(problem, 1)[0];
        try (CudaDevice device = new CudaDevice(driver, 0)) {
            device.enter();
            long stream = driver.createStream();
            for (int round = 0; round < 2; round++) { // the first compiles
                say(
                        "round %d, ns a call: push and pop %.0f, query of an idle stream %.0f, wait for one %.0f",
                        round,
                        nanos(200_000, () -> {
                            device.enter();
                            device.leave();
                        }),
                        nanos(200_000, () -> driver.isDone(stream)),
                        nanos(200_000, () -> driver.synchronise(stream)));
                for (LaunchOptions options : List.of(PLAIN, GRAPH, PLAIN_STAMPS, STAMPS)) {
                    try (DriverLaunch launch = launch(device, RelaxationSolver.NAME, problem, 1, options)) {
                        launch.execute(batch, 0, 1);
                        launch.execute(batch, 0, 1);
                        double both = nanos(20_000, () -> launch.execute(batch, 0, 1));
                        say("  relaxation of a cube, %s: pack, launch and wait %.0f ns", options, both);
                    }
                }
            }
            driver.destroyStream(stream);
        }
    }

    private static double nanos(int calls, Runnable call) {
        for (int k = 0; k < calls / 10; k++) {
            call.run();
        }
        long start = System.nanoTime();
        for (int k = 0; k < calls; k++) {
            call.run();
        }
        return (double) (System.nanoTime() - start) / calls;
    }

    /** One group: all ways in turn, several rounds, so that none is measured on a quieter machine than the others. */
    private static void one() throws CudaUnavailableException {
        CudaDriver driver = new CudaDriver(CudaLibrary.load());
        LaunchOptions[] ways = {PLAIN, GRAPH, PLAIN_STAMPS, STAMPS};
        for (String topology : List.of("cube", "hypercube", "torus8x4")) {
            MinMaxProblem problem = DriverFigures.problem(topology);
            for (String name : SOLVERS) {
                for (int kinds : new int[] {1, 4}) {
                    MinMaxBatch[] batches = ring(problem, kinds);
                    try (CudaDevice device = new CudaDevice(driver, 0)) {
                        device.enter();
                        say(
                                "%-9s %-14s %d kinds of loads: kernel %.1f us on the device's memory, %.1f mapped, %.1f mapped with a released stamp",
                                topology,
                                name,
                                kinds,
                                kernel(device, name, problem, batches, COPIED),
                                kernel(device, name, problem, batches, PLAIN),
                                kernel(device, name, problem, batches, STAMPS));
                        ways(driver, name, problem, batches, ways);
                        device.leave();
                    }
                }
            }
        }
    }

    private static void ways(
            CudaDriver driver, String name, MinMaxProblem problem, MinMaxBatch[] batches, LaunchOptions[] ways) {
        int rounds = 5;
        int calls = 2000;
        DriverSolver[] solvers = new DriverSolver[ways.length];
        long[][] nanos = new long[ways.length][rounds * calls];
        PtxLibrary library = PtxLibrary.read();
        for (int k = 0; k < ways.length; k++) {
            LaunchOptions way = ways[k];
            solvers[k] = DriverSolver.open(driver, library, name, problem, TOLERANCE, 1, 0, (solver, groups) -> way);
        }
        SplitBatch split = new SplitBatch(problem, 1);
        int notOptimal = 0;
        for (int round = -2; round < rounds; round++) {
            for (int k = 0; k < ways.length; k++) {
                for (int call = 0; call < calls; call++) {
                    long start = System.nanoTime();
                    solvers[k].solve(batches[call % batches.length], split);
                    if (round >= 0) {
                        nanos[k][round * calls + call] = System.nanoTime() - start;
                    }
                    notOptimal += split.status(0) == SolveStatus.OPTIMAL ? 0 : 1;
                }
            }
        }
        for (int k = 0; k < ways.length; k++) {
            solvers[k].close();
            Arrays.sort(nanos[k]);
            say("  arrays to arrays, us: p50 %6.2f  p99 %6.2f  %s", at(nanos[k], 0.5), at(nanos[k], 0.99), ways[k]);
        }
        if (notOptimal > 0) {
            say("  %d answers not OPTIMAL", notOptimal);
        }
    }

    /** Returns a quantile in microseconds. */
    static double at(long[] sortedNanos, double quantile) {
        return 1e-3 * sortedNanos[(int) Math.min(sortedNanos.length - 1, sortedNanos.length * quantile)];
    }

    private static void host() {
        for (int groups : new int[] {1, 1, 1024}) { // the first compiles
            for (String topology : List.of("cube", "hypercube", "torus8x4", "lists64")) {
                for (String name : SOLVERS) {
                    MinMaxBatch batch = DriverFigures.random(DriverFigures.problem(topology), groups, 7);
                    say("%s", HostFigures.line(topology, name, batch));
                }
            }
        }
    }

    private static void large() throws CudaUnavailableException {
        CudaDriver driver = new CudaDriver(CudaLibrary.load());
        for (String topology : List.of(
                System.getProperty("topologies", "cube,torus8x4,lists64").split(",", -1))) {
            for (int groups : SIZES) {
                if (groups <= 1024 || topology.equals("cube")) {
                    large(driver, topology, groups);
                }
            }
        }
        host();
    }

    private static void large(CudaDriver driver, String topology, int groups) {
        MinMaxProblem problem = DriverFigures.problem(topology);
        MinMaxBatch[] batches = new MinMaxBatch[4];
        Arrays.setAll(batches, k -> DriverFigures.random(problem, groups, 100 + k));
        for (String name : SOLVERS) {
            try (CudaDevice device = new CudaDevice(driver, 0)) {
                device.enter();
                say(
                        "%-9s %-14s %d groups: kernel %.1f us on the device's memory, %.1f mapped",
                        topology,
                        name,
                        groups,
                        kernel(device, name, problem, batches, COPIED),
                        kernel(device, name, problem, batches, GRAPH));
                for (LaunchOptions way : List.of(CERTIFIED, LINKED, CERTIFIED_COPIED)) {
                    say("  with packing and certifying %s, %s", chain(device, name, problem, batches, way), way);
                }
                List<LaunchOptions> ways = new ArrayList<>(List.of(GRAPH, COPIED, CERTIFIED_COPIED));
                for (int pieces : PIECES) {
                    for (boolean linked : new boolean[] {false, true}) {
                        for (boolean stamps : new boolean[] {false, true}) {
                            ways.add(new LaunchOptions(Transfer.MAPPED, true, stamps, pieces, linked));
                        }
                    }
                }
                for (LaunchOptions way : ways) {
                    PtxLibrary library = PtxLibrary.read();
                    try (DriverSolver solver = DriverSolver.open(
                            driver, library, name, problem, TOLERANCE, groups, 0, (s, count) -> way)) {
                        say("  %s %s", measure(solver, batches, groups > 1024 ? 300 : 1500), way);
                    }
                }
                device.leave();
            }
        }
    }

    /** Times of a launch that certifies: on the device alone, and from the call until it is complete. */
    private static String chain(
            CudaDevice device, String solver, MinMaxProblem problem, MinMaxBatch[] batches, LaunchOptions options) {
        int groups = batches[0].groups();
        ProblemTables tables = new ProblemTables(problem);
        PtxKernel kernel = PtxLibrary.read().find(solver, tables.size(), groups).orElseThrow();
        SplitBatch split = new SplitBatch(problem, groups);
        try (BatchLaunch launch =
                new BatchLaunch(device, kernel, tables.in(kernel.size()), groups, Accuracy.of(TOLERANCE), options)) {
            for (int k = 0; k < 3; k++) {
                launch.solve(batches[0], 0, groups, split);
            }
            BatchStream lane = launch.lane();
            lane.kernelMicros(groups, 20);
            double[] onDevice = lane.kernelMicros(groups, 50);
            double call = 1e-3
                    * nanos(1000, () -> {
                        lane.launch(groups);
                        lane.await();
                    });
            double[][] parts = new double[3][1500];
            for (int k = -500; k < parts[0].length; k++) {
                MinMaxBatch batch = batches[(k + 500) % batches.length];
                long start = System.nanoTime();
                lane.groups().write(batch, 0, groups);
                long written = System.nanoTime();
                lane.launch(groups);
                lane.await();
                long complete = System.nanoTime();
                lane.groups().read(batch, 0, split);
                if (k >= 0) {
                    parts[0][k] = 1e-3 * (written - start);
                    parts[1][k] = 1e-3 * (complete - written);
                    parts[2][k] = 1e-3 * (System.nanoTime() - complete);
                }
            }
            for (double[] part : parts) {
                Arrays.sort(part);
            }
            return String.format(
                    Locale.ROOT,
                    "%.1f us on the device%s, %.1f from call to completion; in turn: copying in %.1f, launch %.1f, copying out %.1f",
                    onDevice[0],
                    onDevice.length < 4
                            ? ""
                            : String.format(
                                    Locale.ROOT, " (%.1f, %.1f, %.1f alone)", onDevice[1], onDevice[2], onDevice[3]),
                    call,
                    parts[0][750],
                    parts[1][750],
                    parts[2][750]);
        }
    }

    private static void both() throws CudaUnavailableException {
        for (String topology : List.of("cube", "torus8x4")) {
            MinMaxProblem problem = DriverFigures.problem(topology);
            for (String name : SOLVERS) {
                try (DriverSolver driver = DriverSolver.open(name, problem, TOLERANCE, 1, 0);
                        GpuSolver tornado = new GpuSolver(name, problem, TOLERANCE, 1);
                        MinMaxSolver cpu = Solvers.create(name, problem, TOLERANCE)) {
                    for (int kinds : new int[] {1, 4}) {
                        MinMaxBatch[] batches = ring(problem, kinds);
                        Measured d = measure(driver, batches, 20_000);
                        Measured t = measure(tornado, batches, 10_000);
                        say(
                                "%-9s %-14s %d kinds of loads, one group: TornadoVM / driver %.2f",
                                topology, name, kinds, t.median() / d.median());
                        say("  driver    %s%n  TornadoVM %s%n  CPU       %s", d, t, measure(cpu, batches, 20_000));
                    }
                }
            }
        }
    }

    /** Times of calls in a row, sorted. */
    private static final class Measured {
        private final long[] nanos;
        private final double bytes;
        private final int notOptimal;

        Measured(long[] nanos, double bytes, int notOptimal) {
            this.nanos = nanos;
            this.bytes = bytes;
            this.notOptimal = notOptimal;
        }

        double median() {
            return at(nanos, 0.5);
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "arrays to arrays, us: p50 %.2f  p90 %.2f  p99 %.2f  p99.9 %.2f  max %.1f, %d calls, %.1f B a call, %d not OPTIMAL",
                    median(),
                    at(nanos, 0.9),
                    at(nanos, 0.99),
                    at(nanos, 0.999),
                    at(nanos, 1),
                    nanos.length,
                    bytes,
                    notOptimal);
        }
    }

    private static Measured measure(MinMaxSolver solver, MinMaxBatch[] batches, int calls) {
        SplitBatch split = new SplitBatch(solver.problem(), batches[0].groups());
        long[] nanos = new long[calls];
        for (int k = 0; k < Math.max(calls / 5, 200); k++) {
            solver.solve(batches[k % batches.length], split);
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().threadId();
        int notOptimal = 0;
        long before = threads.getThreadAllocatedBytes(id);
        for (int k = 0; k < calls; k++) {
            long start = System.nanoTime();
            solver.solve(batches[k % batches.length], split);
            nanos[k] = System.nanoTime() - start;
            for (int g = 0; g < split.groups(); g++) {
                notOptimal += split.status(g) == SolveStatus.OPTIMAL ? 0 : 1;
            }
        }
        double bytes = (double) (threads.getThreadAllocatedBytes(id) - before) / calls;
        Arrays.sort(nanos);
        return new Measured(nanos, bytes, notOptimal);
    }
}
