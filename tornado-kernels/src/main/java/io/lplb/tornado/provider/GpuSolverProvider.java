// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.provider;

import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.SolverProvider;
import io.lplb.tornado.graph.TornadoSolver;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;

/**
 * The kernels on an NVIDIA GPU through TornadoVM. {@link GpuProbe} says whether that works here; the answer is found
 * once per JVM, since it takes a second or two.
 */
public final class GpuSolverProvider implements SolverProvider {
    /**
     * What a call costs before the first group is solved, in nanoseconds: {@code execute()} with a CUDA graph, one
     * buffer in and one out, 60 us on an H100 (median; 119 us without the graph), and a cube kernel of 21 us.
     */
    private static final double CALL_NANOS = 81_000;

    /**
     * Time of the CPU's relaxation per group and entry, in nanoseconds, at a tolerance of 1e-4 on one core of an AMD EPYC:
     * 105 (cube, 3.4 us a group), 79 (hypercube, 5.1 us), 67 (torus 8x4, 8.6 us). The interior point takes 250 to 325;
     * the faster one counts, so that AUTO is not slower for either. The GPU's time per group is small beside both.
     */
    private static final double CPU_NANOS_PER_ENTRY = 80;

    /** Made by ServiceLoader; touches nothing. */
    public GpuSolverProvider() {}

    @Override
    public String backend() {
        return "gpu";
    }

    @Override
    public Availability probe() {
        return Found.AVAILABILITY;
    }

    @Override
    public MinMaxSolver create(String name, MinMaxProblem problem, double tolerance, int maxGroups) {
        Availability found = probe();
        if (!found.available()) {
            throw new IllegalStateException("backend gpu: not available. " + found.reason() + " " + found.remedy());
        }
        return new TornadoSolver(name, problem, tolerance, maxGroups);
    }

    @Override
    public int worthwhileGroups(MinMaxProblem problem) {
        return (int) Math.ceil(CALL_NANOS / (CPU_NANOS_PER_ENTRY * Math.max(1, problem.entries())));
    }

    /** The answer of the probe, found when it is first asked for. */
    private static final class Found {
        static final Availability AVAILABILITY = find();

        private static Availability find() {
            List<String> arguments = ManagementFactory.getRuntimeMXBean().getInputArguments();
            return new GpuProbe(
                            TornadoApi.find(GpuSolverProvider.class.getClassLoader()),
                            arguments,
                            System.getProperty("java.library.path", ""),
                            System.getenv(),
                            Path.of("/"),
                            () -> ChildJvm.run(
                                    arguments,
                                    System.getProperty("java.class.path", ""),
                                    "io.lplb.tornado.provider.ProbeMain"))
                    .probe();
        }
    }
}
