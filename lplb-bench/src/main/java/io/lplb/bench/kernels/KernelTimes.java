// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.kernels;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.lplb.placement.LplbPlacement;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.problem.PlacementProblem;
import io.lplb.solver.Certificate;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.RelaxationSolver;
import io.lplb.topology.ReplicaTopology;
import io.lplb.topology.Topologies;
import io.lplb.tornado.cuda.Cleanup;
import io.lplb.tornado.cuda.CudaDevice;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.CudaLibrary;
import io.lplb.tornado.cuda.CudaUnavailableException;
import io.lplb.tornado.cuda.DeviceArrays;
import io.lplb.tornado.cuda.GraphRecording;
import io.lplb.tornado.cuda.KernelParameters;
import io.lplb.tornado.cuda.PinnedMemory;
import io.lplb.tornado.cuda.RepeatedLaunch;
import io.lplb.tornado.program.KernelSize;
import io.lplb.tornado.program.PackedLayout;
import io.lplb.tornado.program.ProblemTables;
import io.lplb.tornado.ptx.PtxKernel;
import io.lplb.tornado.solve.PackedGroups;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Times of the solvers' kernels from several folders of PTX in one run on one GPU, each answer checked: what a change of the export brings.
 *
 * <p>Arguments: folders as {@code export-ptx.sh} writes them, the first of which is the one that others are compared with;
 * a kernel that another folder lacks is left out there. A time is the
 * median over rounds, in which the folders take turns, of the mean of launches in a CUDA graph, between two events.
 */
public final class KernelTimes {
    private static final float GOAL = 0.8e-4f;
    private static final int LAUNCHES = 20;
    private static final int ROUNDS = 9;
    private static final long SEED = 20261130;

    /** Groups whose answers are certified on the host. */
    private static final int MOST_CHECKED = 512;

    /**
     * Kernel and numbers of groups.
     *
     * @param name topology, or {@code lists} with a number of ranks
     */
    private record Case(String name, String solver, String method, KernelSize size, List<Integer> groups) {
        String file() {
            return solver.replace('-', '_') + "_" + method + "_"
                    + size.toString().replace('-', '_') + ".ptx";
        }
    }

    private final CudaDriver driver;
    private final CudaDevice device;
    private final List<Path> folders;
    private final double[] logarithms;
    private final int[] figures;

    private KernelTimes(CudaDriver driver, CudaDevice device, List<Path> folders) {
        this.driver = driver;
        this.device = device;
        this.folders = folders;
        logarithms = new double[folders.size()];
        figures = new int[folders.size()];
    }

    /** Measures; see the class. */
    public static void main(String[] args) throws CudaUnavailableException, IOException {
        CudaDriver driver = new CudaDriver(CudaLibrary.load());
        try (CudaDevice device = new CudaDevice(driver, 0)) {
            device.enter();
            KernelTimes times = new KernelTimes(
                    driver, device, Arrays.stream(args).map(Path::of).toList());
            say(
                    "%s, CUDA %d, us per launch, median of %d rounds of %d launches; worst gap of %d groups at goal %.1e",
                    device.name(), driver.version(), ROUNDS, LAUNCHES, MOST_CHECKED, GOAL);
            for (Case of : cases()) {
                for (int groups : of.groups) {
                    times.measure(of, groups);
                }
            }
            for (int k = 1; k < args.length; k++) {
                say(
                        "%s / %s, geometric mean of %d: %.3f",
                        args[k], args[0], times.figures[k], Math.exp(times.logarithms[k] / times.figures[k]));
            }
            device.leave();
        }
    }

    private static List<Case> cases() {
        String ip = InteriorPointSolver.NAME;
        String relaxation = RelaxationSolver.NAME;
        KernelSize lists8 = KernelSize.parse("r8-i32-e96-hupto8-d0-c32-u0");
        KernelSize lists64 = KernelSize.parse("r64-i192-e704-hupto8-d0-c192-u0");
        return List.of(
                new Case("cube", ip, "perWarp", size("cube"), List.of(1, 1024, 16384)),
                new Case("cube", ip, "perOctet", size("cube"), List.of(1024, 16384)),
                new Case("cube", relaxation, "perWarp", size("cube"), List.of(1, 1024, 16384)),
                new Case("cube", relaxation, "perOctet", size("cube"), List.of(1024, 16384)),
                new Case("hypercube", ip, "perWarp", size("hypercube"), List.of(1, 1024, 16384)),
                new Case("hypercube", relaxation, "perWarp", size("hypercube"), List.of(1, 1024, 16384)),
                new Case("torus8x4", ip, "perFourWarps", size("torus8x4"), List.of(1, 1024, 16384)),
                new Case("torus8x4", relaxation, "perTwoWarps", size("torus8x4"), List.of(1, 1024, 16384)),
                new Case("lists8", relaxation, "perWarp", lists8, List.of(1, 1024)),
                new Case("lists64", ip, "perEightWarps", lists64, List.of(1, 1024)),
                new Case("lists64", relaxation, "perTwoWarps", lists64, List.of(1, 1024)));
    }

    private static KernelSize size(String topology) {
        return new ProblemTables(problem(topology)).size();
    }

    /** The problem of a topology, or of lists of two or three hosts for {@code lists} with a number of ranks. */
    static MinMaxProblem problem(String name) {
        if (!name.startsWith("lists")) {
            ReplicaTopology t = Topologies.parse(name);
            int ranks = t.groupSize();
            return PlacementProblem.of(
                            new LplbPlacement(t, ranks, ranks * t.replicasPerRank(), t.replicasPerRank()).natural(),
                            null)
                    .problem();
        }
        int ranks = Integer.parseInt(name.substring("lists".length()));
        Random random = new Random(ranks);
        int[][] hosts = new int[2 * ranks][];
        for (int i = 0; i < hosts.length; i++) {
            int first = i % ranks;
            hosts[i] = IntStream.concat(
                            IntStream.of(first), random.ints(0, ranks).filter(r -> r != first))
                    .distinct()
                    .limit(2 + random.nextInt(2))
                    .toArray();
        }
        return MinMaxProblem.of(ranks, hosts);
    }

    /** Loads around 512, half of the groups with a hot item. */
    static MinMaxBatch batch(MinMaxProblem problem, int groups, long seed) {
        Random random = new Random(SEED + seed);
        MinMaxBatch batch = new MinMaxBatch(problem, groups);
        Arrays.setAll(batch.fixed(), k -> Math.max(0, Math.rint(512 * (1 + 0.3 * random.nextGaussian()))));
        Arrays.setAll(batch.load(), k -> Math.rint(Math.exp(5 + random.nextGaussian())));
        for (int g = 0; g < groups; g += 2) {
            batch.load()[g * problem.items() + random.nextInt(problem.items())] = 4000;
        }
        return batch;
    }

    private void measure(Case of, int groups) throws IOException {
        ProblemTables tables = new ProblemTables(problem(of.name)).in(of.size);
        MinMaxBatch batch = batch(tables.problem(), groups, 0);
        try (Cleanup cleanup = new Cleanup();
                Arena arena = Arena.ofShared()) {
            long stream = driver.createStream(cleanup);
            List<@Nullable Run> runs = new ArrayList<>();
            for (Path folder : folders) {
                Path file = folder.resolve(of.file());
                runs.add(
                        Files.exists(file)
                                ? new Run(cleanup, arena, stream, new PtxKernel(Files.readString(file)), tables, batch)
                                : null);
            }
            double[][] micros = new double[runs.size()][ROUNDS];
            for (int round = 0; round < ROUNDS; round++) {
                for (int k = 0; k < runs.size(); k++) {
                    Run run = runs.get(k);
                    micros[k][round] = run == null ? 0 : run.micros();
                }
            }
            StringBuilder line = new StringBuilder(
                    String.format(Locale.ROOT, "%-10s %-14s %-13s %6d", of.name, of.solver, of.method, groups));
            double base = median(micros[0]);
            for (int k = 0; k < runs.size(); k++) {
                Run run = runs.get(k);
                if (run == null) {
                    line.append(String.format(Locale.ROOT, " | %27s", "-"));
                    continue;
                }
                double median = median(micros[k]);
                logarithms[k] += Math.log(median / base);
                figures[k]++;
                line.append(
                        String.format(Locale.ROOT, " | %8.2f %5.2f gap %.1e", median, median / base, run.worstGap()));
            }
            say("%s", line);
        }
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation is Error Prone's, which is no dependency
    private static void say(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }

    /** A kernel with its buffers on the device. */
    private final class Run {
        private final ProblemTables tables;
        private final MinMaxBatch batch;
        private final PinnedMemory answer;
        private final long out;
        private final long stream;
        private final long executable;

        Run(Cleanup cleanup, Arena arena, long stream, PtxKernel kernel, ProblemTables tables, MinMaxBatch batch) {
            this.tables = tables;
            this.batch = batch;
            this.stream = stream;
            KernelSize size = tables.size();
            int groups = batch.groups();
            int inWords = PackedLayout.inWords(size, groups);
            int outWords = PackedLayout.outWords(size, groups);
            MemorySegment in = arena.allocate(4L * inWords, 8);
            answer = PinnedMemory.take(driver, cleanup, 4L * outWords);
            new PackedGroups(tables, in, answer.segment().asSlice(0, 4L * outWords), kernel.threads(), GOAL)
                    .pack(batch, 0, groups);
            DeviceArrays arrays = new DeviceArrays(driver, cleanup, stream);
            float[] packed = in.toArray(JAVA_FLOAT);
            out = arrays.zeros(outWords);
            KernelParameters parameters = new KernelParameters(
                    arena,
                    kernel.parameters(),
                    arrays.copyOf(packed),
                    arrays.copyOf(tables.tableWords()),
                    arrays.copyOf(tables.speeds()),
                    out);
            long function = device.function(kernel.text(), kernel.entry());
            Runnable launch = () ->
                    driver.launch(function, kernel.workGroups(groups), kernel.threads(), stream, parameters.address());
            launch.run();
            driver.synchronise(stream);
            executable = GraphRecording.record(driver, stream, () -> {
                for (int k = 0; k < LAUNCHES; k++) {
                    launch.run();
                }
            });
            cleanup.add(() -> driver.destroyExecutable(executable));
            micros();
        }

        double micros() {
            return RepeatedLaunch.micros(driver, stream, 1, () -> driver.launchGraph(executable, stream)) / LAUNCHES;
        }

        /** Returns the largest gap of the answers that are checked, in mean loads; infinity for an invalid split. */
        double worstGap() {
            MinMaxProblem problem = tables.problem();
            PackedLayout layout = new PackedLayout(tables);
            int words = PackedLayout.outWords(tables.size(), batch.groups());
            driver.copyToHost(answer.address(), out + DeviceArrays.HEADER, 4L * words, stream);
            driver.synchronise(stream);
            Certificate certificate = new Certificate(problem);
            double[] share = new double[problem.entries()];
            double worst = 0;
            for (int g = 0; g < Math.min(batch.groups(), MOST_CHECKED); g++) {
                for (int i = 0; i < problem.items(); i++) {
                    double sum = 0;
                    int first = problem.firstEntry(i);
                    int end = first + problem.hostCount(i);
                    for (int e = first; e < end; e++) {
                        float at = answer.segment().getAtIndex(JAVA_FLOAT, layout.shareAt(g, e));
                        share[e] = Math.max(at, 0);
                        sum += share[e];
                    }
                    double scale = batch.load()[g * problem.items() + i] / sum;
                    for (int e = first; e < end; e++) {
                        share[e] *= scale;
                    }
                }
                certificate.evaluate(batch.fixed(), g * problem.ranks(), batch.load(), g * problem.items(), share, 0);
                double gap = (certificate.maxLoad() - certificate.lowerBound()) / batch.meanLoad(g);
                worst = gap >= 0 ? Math.max(worst, gap) : Double.POSITIVE_INFINITY;
            }
            return worst;
        }
    }
}
