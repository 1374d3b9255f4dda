// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.provider;

import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.BackendException;
import io.lplb.solver.BackendException.Code;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.SolverProvider;
import io.lplb.tornado.driver.DriverProvider;
import io.lplb.tornado.graph.TornadoSolver;
import java.util.List;

/**
 * The kernels on an NVIDIA GPU. Two ways lead there, the first that works is taken:
 *
 * <ol>
 *   <li>the CUDA driver, with PTX that was compiled when the library was built ({@link DriverProvider}): needs a driver
 *       and nothing else, costs least per call, and knows the named topologies;
 *   <li>TornadoVM, which compiles the kernels here for any placement ({@link GpuProbe} says whether it is set up).
 * </ol>
 *
 * <p>{@code -Dlplb.gpuLauncher=driver} or {@code tornado} forces one. What each way finds is found once per JVM.
 */
public final class GpuSolverProvider implements SolverProvider {
    private static final String DRIVER = "driver";
    private static final String TORNADO = "tornado";

    /**
     * What a call costs before the first group is solved, in nanoseconds: relaxation of one cube group from arrays to
     * arrays on an H100, by the driver 13.2 us, by TornadoVM with a CUDA graph 60 us (medians of 100,000 calls,
     * lplb-bench/results/driver-h100.txt).
     */
    private static final double DRIVER_CALL_NANOS = 13_000;

    private static final double TORNADO_CALL_NANOS = 60_000;

    /**
     * What the GPU saves per group and entry, in nanoseconds: the CPU's relaxation takes 33 (cube, 1.05 us a group, one
     * core of an AMD EPYC), the host's packing and certifying for the GPU 19 (0.6 us a group). The interior point saves
     * more; the faster one counts, so that AUTO is not slower for either.
     */
    private static final double SAVED_NANOS_PER_ENTRY = 14;

    /** Made by ServiceLoader; touches nothing. */
    public GpuSolverProvider() {}

    @Override
    public String backend() {
        return "gpu";
    }

    @Override
    public Availability probe() {
        String forced = forced();
        if (forced.equals(DRIVER) || (forced.isEmpty() && Driver.FOUND.available())) {
            return Driver.FOUND;
        }
        if (forced.equals(TORNADO) || Tornado.FOUND.available()) {
            return Tornado.FOUND;
        }
        return new Availability(
                false,
                Driver.FOUND.reason() + " " + Tornado.FOUND.reason(),
                Driver.FOUND.remedy() + " Or, with TornadoVM: " + Tornado.FOUND.remedy());
    }

    @Override
    public MinMaxSolver create(String name, MinMaxProblem problem, double tolerance, int maxGroups) {
        String forced = forced();
        String reasons = "";
        if (!forced.equals(TORNADO)) {
            String missing = Driver.FOUND.available() ? DriverProvider.missing(name, problem) : Driver.FOUND.text();
            if (missing.isEmpty()) {
                return DriverProvider.create(name, problem, tolerance, maxGroups);
            }
            reasons = missing + " ";
        }
        if (!forced.equals(DRIVER)) {
            if (Tornado.FOUND.available()) {
                return new TornadoSolver(name, problem, tolerance, maxGroups);
            }
            reasons += Tornado.FOUND.text();
        }
        throw new BackendException(backend(), Code.NOT_AVAILABLE, reasons.strip(), "", null);
    }

    @Override
    public int worthwhileGroups(MinMaxProblem problem) {
        double call = Driver.FOUND.available() && !forced().equals(TORNADO) ? DRIVER_CALL_NANOS : TORNADO_CALL_NANOS;
        return (int) Math.ceil(call / (SAVED_NANOS_PER_ENTRY * Math.max(1, problem.entries())));
    }

    /** The way that the user forces, or an empty text. */
    private static String forced() {
        String forced = System.getProperty(DriverProvider.LAUNCHER_PROPERTY, "");
        if (!List.of("", DRIVER, TORNADO).contains(forced)) {
            throw new IllegalArgumentException(
                    DriverProvider.LAUNCHER_PROPERTY + ": got '" + forced + "', expected " + DRIVER + " or " + TORNADO);
        }
        return forced;
    }

    /** What the driver answers, found when it is first asked for. */
    private static final class Driver {
        static final Availability FOUND = DriverProvider.probe();
    }

    /** What TornadoVM's probe answers, found when it is first asked for: it takes a second or two. */
    private static final class Tornado {
        static final Availability FOUND = GpuProbe.here().probe();
    }
}
