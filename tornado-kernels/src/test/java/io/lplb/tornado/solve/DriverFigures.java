// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import com.sun.management.ThreadMXBean;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.GoldenProblems;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.ProblemCase;
import io.lplb.solver.RelaxationSolver;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.Solvers;
import io.lplb.solver.SplitBatch;
import io.lplb.tornado.cuda.CudaDevice;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.CudaLibrary;
import io.lplb.tornado.cuda.CudaUnavailableException;
import io.lplb.tornado.export.ExportPtx;
import io.lplb.tornado.program.Accuracy;
import io.lplb.tornado.program.ProblemTables;
import io.lplb.tornado.ptx.PtxKernel;
import io.lplb.tornado.ptx.PtxLibrary;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A program for a machine with a GPU: checks the driver's launches against the CPU and measures them, TornadoVM's execute()
 * and the CPU's solvers from Java arrays to Java arrays. Not a test; docs/measurements/driver.md says how to call it.
 *
 * <p>Arguments: {@code first} (first result after JVM start), {@code check FILE GROUPS} (golden and random problems),
 * {@code launch} (the launch alone), {@code solve} (arrays to arrays; with {@code -Dtornado=true} also TornadoVM's).
 */
final class DriverFigures {
    private static final double TOLERANCE = GpuSolver.DEFAULT_TOLERANCE;
    private static final String[] TOPOLOGIES = {"cube", "hypercube", "torus8x4", "ring8"};

    /** Host lists of two to six at random, with the items' number of their ranks; the last with speeds. */
    private static final String[] LISTS = {"lists8", "lists16", "lists32", "lists64", "speeds16"};

    private static final String[] SOLVERS = {InteriorPointSolver.NAME, RelaxationSolver.NAME};
    private static final int RING = 64;

    private DriverFigures() {}

    /** Runs one of the parts. */
    public static void main(String[] args) throws CudaUnavailableException {
        switch (args[0]) {
            case "first" -> first();
            case "check" -> check(Path.of(args[1]), Integer.parseInt(args[2]));
            case "launch" -> launches();
            case "solve" -> solve();
            case "crossover" -> crossover();
            default ->
                throw new IllegalArgumentException(
                        "got " + args[0] + ", expected first, check, launch, solve or crossover");
        }
    }

    static MinMaxProblem problem(String name) {
        if (!name.startsWith("lists") && !name.startsWith("speeds")) {
            return ExportPtx.problem(name);
        }
        int ranks = Integer.parseInt(name.replaceAll("\\D", ""));
        Random random = new Random(ranks);
        int[][] hosts = new int[ranks][];
        for (int i = 0; i < ranks; i++) {
            int first = i;
            hosts[i] = IntStream.concat(
                            IntStream.of(first), random.ints(0, ranks).filter(r -> r != first))
                    .distinct()
                    .limit(2 + random.nextInt(5))
                    .toArray();
        }
        double[] speed = random.doubles(ranks, 0.5, 2).toArray();
        return MinMaxProblem.of(ranks, name.startsWith("speeds") ? speed : null, hosts);
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation is Error Prone's, which is no dependency
    private static void say(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }

    private static void first() throws CudaUnavailableException {
        MinMaxProblem problem = problem("cube");
        MinMaxBatch batch = random(problem, 1, 1);
        SplitBatch split = new SplitBatch(problem, 1);
        long start = ManagementFactory.getRuntimeMXBean().getStartTime();
        long main = System.currentTimeMillis();
        try (DriverSolver solver =
                DriverSolver.open(System.getProperty("solver", "relaxation"), problem, TOLERANCE, 1, 0)) {
            long opened = System.currentTimeMillis();
            solver.solve(batch, split);
            say(
                    "first result of %s on %s: %d ms after JVM start (main %d, context %d, compile and solve %d), %s",
                    solver.name(),
                    solver.deviceName(),
                    System.currentTimeMillis() - start,
                    main - start,
                    opened - main,
                    System.currentTimeMillis() - opened,
                    split.status(0));
        }
    }

    /** Loads: normal around 1, log-normal, Zipf-like, one hot. */
    static MinMaxBatch random(MinMaxProblem problem, int groups, long seed) {
        Random random = new Random(seed);
        MinMaxBatch batch = new MinMaxBatch(problem, groups);
        int ranks = problem.ranks();
        int items = problem.items();
        for (int g = 0; g < groups; g++) {
            for (int r = 0; r < ranks; r++) {
                batch.fixed()[g * ranks + r] = draw(random, g % 4);
            }
            for (int i = 0; i < items; i++) {
                batch.load()[g * items + i] = draw(random, g % 4);
            }
            if (g % 4 == 3 && items > 0) {
                batch.load()[g * items + random.nextInt(items)] = 40_000;
            }
        }
        return batch;
    }

    private static double draw(Random random, int kind) {
        return switch (kind) {
            case 0 -> Math.max(0, Math.rint(512 * (1 + 0.3 * random.nextGaussian())));
            case 1 -> Math.rint(Math.exp(6 + 1.2 * random.nextGaussian()));
            case 2 -> Math.rint(4096.0 / (1 + random.nextInt(64)));
            default -> random.nextInt(1000);
        };
    }

    private static void check(Path golden, int groups) throws CudaUnavailableException {
        List<ProblemCase> cases = GoldenProblems.read(golden);
        // Held, so that the context is not made anew for every solver.
        try (CudaDevice device = new CudaDevice(new CudaDriver(CudaLibrary.load()), 0)) {
            say("device: %s, sm_%d", device.name(), device.capability());
            checkGolden(cases);
            for (String topology : Stream.concat(Arrays.stream(TOPOLOGIES), Arrays.stream(LISTS))
                    .toArray(String[]::new)) {
                for (String name : SOLVERS) {
                    checkRandom(topology, name, groups);
                }
            }
        }
    }

    private static void checkGolden(List<ProblemCase> cases) throws CudaUnavailableException {
        for (String name : SOLVERS) {
            int solved = 0;
            int notOptimal = 0;
            double worst = 0;
            for (ProblemCase c : cases) {
                if (!DriverSolver.missing(name, c.problem()).isEmpty()
                        || c.problem().items() == 0) {
                    continue;
                }
                SplitBatch split = new SplitBatch(c.problem(), 1);
                try (DriverSolver solver = DriverSolver.open(name, c.problem(), TOLERANCE, 1, 0)) {
                    solver.solve(c.batch(), split);
                }
                solved++;
                double error = (split.maxLoad(0) - c.optimum()) / Math.max(c.meanLoad(), 1e-300);
                worst = Math.max(worst, error);
                boolean wrong = !(error <= TOLERANCE)
                        || split.maxLoad(0) < c.optimum() * (1 - 1e-9)
                        || split.lowerBound(0) > c.optimum() * (1 + 1e-9);
                if (split.status(0) != SolveStatus.OPTIMAL || wrong) {
                    notOptimal++;
                    say("  %s: %s, error %.2e%s", c.id(), split.status(0), error, wrong ? " WRONG" : "");
                }
            }
            say(
                    "golden, %s: %d of %d problems have a shape with PTX, %d not optimal, worst error %.2e of the mean load",
                    name, solved, cases.size(), notOptimal, worst);
        }
    }

    private static void checkRandom(String topology, String name, int groups) throws CudaUnavailableException {
        MinMaxProblem problem = problem(topology);
        MinMaxBatch batch = random(problem, groups, 20261124);
        SplitBatch got = new SplitBatch(problem, groups);
        SplitBatch expected = new SplitBatch(problem, groups);
        try (DriverSolver solver = DriverSolver.open(name, problem, TOLERANCE, groups, 0);
                MinMaxSolver cpu = new InteriorPointSolver(problem, 1e-9)) {
            solver.solve(batch, got);
            cpu.solve(batch, expected);
        }
        int notOptimal = 0;
        int wrong = 0;
        double worst = 0;
        for (int g = 0; g < groups; g++) {
            double mean = batch.meanLoad(g);
            double error = (got.maxLoad(g) - expected.maxLoad(g)) / mean;
            worst = Math.max(worst, error);
            notOptimal += got.status(g) == SolveStatus.OPTIMAL ? 0 : 1;
            boolean right = error > -1e-7 && got.lowerBound(g) <= expected.maxLoad(g) + 1e-7 * mean && error < 1e-2;
            wrong += right ? 0 : 1;
        }
        say(
                "random, %-9s %-14s %d groups in a batch: %d not OPTIMAL, %d wrong, worst error %.2e of the mean load",
                topology, name, groups, notOptimal, wrong, worst);
    }

    private static void launches() throws CudaUnavailableException {
        for (String topology : TOPOLOGIES) {
            for (String name : SOLVERS) {
                transfers(
                        topology,
                        name,
                        topology.equals("cube") ? new int[] {1, 4, 32, 256, 1024, 16384} : new int[] {1, 1024});
            }
        }
    }

    private static void solve() throws CudaUnavailableException {
        for (int groups : new int[] {1, 1024}) {
            for (String topology : new String[] {"cube", "torus8x4"}) {
                for (String name : SOLVERS) {
                    solvers(
                            topology,
                            name,
                            groups,
                            topology.equals("cube") && groups == 1 ? 100_000 : groups == 1 ? 20_000 : 2_000);
                }
            }
        }
    }

    /** Medians of both over batches of falling size: where the GPU stops being faster. */
    private static void crossover() throws CudaUnavailableException {
        for (String topology : new String[] {"cube", "hypercube", "torus8x4", "lists64"}) {
            for (String name : SOLVERS) {
                MinMaxProblem problem = problem(topology);
                StringBuilder line = new StringBuilder();
                try (DriverSolver gpu = DriverSolver.open(name, problem, TOLERANCE, 256, 0);
                        MinMaxSolver cpu = Solvers.create(name, problem, TOLERANCE)) {
                    for (int groups = 1; groups <= 256; groups *= 2) {
                        line.append(String.format(
                                Locale.ROOT, "  %d: %.1f/%.1f", groups, median(gpu, groups), median(cpu, groups)));
                    }
                }
                say("groups: GPU/CPU, us, %-9s %-14s%s", topology, name, line);
            }
        }
    }

    private static double median(MinMaxSolver solver, int groups) {
        MinMaxBatch[] batches = new MinMaxBatch[16];
        Arrays.setAll(batches, k -> random(solver.problem(), groups, 100 + k));
        SplitBatch split = new SplitBatch(solver.problem(), groups);
        int calls = Math.max(4096 / groups, 64);
        double[] micros = new double[calls];
        for (int k = -calls; k < calls; k++) {
            long start = System.nanoTime();
            solver.solve(batches[(k + calls) % batches.length], split);
            if (k >= 0) {
                micros[k] = 1e-3 * (System.nanoTime() - start);
            }
        }
        Arrays.sort(micros);
        return micros[calls / 2];
    }

    /** The launch alone, packed to packed: each way to transfer, with and without a CUDA graph. */
    private static void transfers(String topology, String name, int... sizes) throws CudaUnavailableException {
        MinMaxProblem problem = problem(topology);
        ProblemTables tables = new ProblemTables(problem);
        CudaDriver driver = new CudaDriver(CudaLibrary.load());
        try (CudaDevice device = new CudaDevice(driver, 0)) {
            device.enter();
            for (int groups : sizes) {
                PtxKernel kernel =
                        PtxLibrary.read().find(name, tables.size(), groups).orElseThrow();
                StringBuilder line = new StringBuilder();
                for (Transfer transfer : Transfer.values()) {
                    for (boolean graphs : new boolean[] {true, false}) {
                        try (DriverLaunch launch = new DriverLaunch(
                                device,
                                kernel,
                                tables,
                                groups,
                                new Accuracy(TOLERANCE, 5e-5f),
                                new LaunchOptions(transfer, graphs, false, 0, false))) {
                            launch.execute(random(problem, groups, 7), 0, groups);
                            line.append(String.format(
                                    Locale.ROOT,
                                    "  %s %s: %.1f",
                                    transfer,
                                    graphs ? "graph" : "plain",
                                    median(launch, groups)));
                            if (graphs) {
                                line.append(
                                        String.format(Locale.ROOT, " (kernel %.1f)", launch.kernelMicros(groups, 50)));
                            }
                        }
                    }
                }
                say("launch, us, %-9s %-14s %6d groups:%s", topology, name, groups, line);
            }
        }
    }

    private static double median(DriverLaunch launch, int groups) {
        double[] micros = new double[2000];
        for (int k = -2000; k < micros.length; k++) {
            long start = System.nanoTime();
            launch.launch(groups);
            if (k >= 0) {
                micros[k] = 1e-3 * (System.nanoTime() - start);
            }
        }
        Arrays.sort(micros);
        return micros[micros.length / 2];
    }

    private static void solvers(String topology, String name, int groups, int calls) throws CudaUnavailableException {
        MinMaxProblem problem = problem(topology);
        try (DriverSolver solver = DriverSolver.open(name, problem, TOLERANCE, groups, 0)) {
            measure("driver", topology, name, solver, groups, calls);
        }
        if (Boolean.getBoolean("tornado")) {
            try (GpuSolver solver = new GpuSolver(name, problem, TOLERANCE, groups)) {
                measure("TornadoVM", topology, name, solver, groups, groups == 1 ? Math.min(calls, 20_000) : 1_000);
            }
        }
        try (MinMaxSolver solver = Solvers.create(name, problem, TOLERANCE)) {
            measure("CPU", topology, name, solver, groups, groups == 1 ? calls : 100);
        }
    }

    private static void measure(String what, String topology, String name, MinMaxSolver solver, int groups, int calls) {
        MinMaxBatch[] batches = new MinMaxBatch[groups == 1 ? RING : 4];
        Arrays.setAll(batches, k -> random(solver.problem(), groups == 1 ? 4 : groups, 100 + k));
        if (groups == 1) {
            Arrays.setAll(batches, k -> single(batches[k], k % 4));
        }
        SplitBatch split = new SplitBatch(solver.problem(), groups);
        long[] nanos = new long[calls];
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int k = 0; k < Math.max(calls / 5, 100); k++) {
            solver.solve(batches[k % batches.length], split);
        }
        int notOptimal = 0;
        long id = Thread.currentThread().threadId();
        long before = threads.getThreadAllocatedBytes(id);
        for (int k = 0; k < calls; k++) {
            long start = System.nanoTime();
            solver.solve(batches[k % batches.length], split);
            nanos[k] = System.nanoTime() - start;
            for (int g = 0; g < groups; g++) {
                notOptimal += split.status(g) == SolveStatus.OPTIMAL ? 0 : 1;
            }
        }
        double bytes = (double) (threads.getThreadAllocatedBytes(id) - before) / calls;
        Arrays.sort(nanos);
        say(
                "arrays to arrays, us, %-9s %-14s %5d groups, %-9s: p50 %8.1f  p99 %8.1f  p99.9 %8.1f  max %9.1f  %d calls, %.1f B per call, %d not OPTIMAL",
                topology,
                name,
                groups,
                what,
                1e-3 * nanos[calls / 2],
                1e-3 * nanos[calls / 100 * 99],
                1e-3 * nanos[(int) (calls * 0.999)],
                1e-3 * nanos[calls - 1],
                calls,
                bytes,
                notOptimal);
    }

    private static MinMaxBatch single(MinMaxBatch batch, int group) {
        MinMaxProblem p = batch.problem();
        return MinMaxBatch.of(
                p,
                Arrays.copyOfRange(batch.fixed(), group * p.ranks(), (group + 1) * p.ranks()),
                Arrays.copyOfRange(batch.load(), group * p.items(), (group + 1) * p.items()));
    }
}
