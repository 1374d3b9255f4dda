// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.provider;

import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.BackendException;
import io.lplb.solver.BackendException.Code;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.RelaxationSolver;
import io.lplb.solver.SolverProvider;
import io.lplb.tornado.solve.GpuSolver;
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
 * <p>{@code -Dlplb.gpuLauncher=driver} or {@code tornado} forces one. Each way is probed once per JVM.
 */
public final class GpuSolverProvider implements SolverProvider {
    private static final String DRIVER = "driver";
    private static final String TORNADO = "tornado";

    /**
     * From this many entries of a whole batch on the driver's launch is faster than one core of the same machine, from
     * arrays to arrays on an H100 (lplb-bench/results/crossover-h100.txt): relaxation from 8 groups of a cube, 5 of a
     * hypercube, 2 of a torus 8x4 where every item has two hosts, and from 4 groups of 64 ranks with longer lists;
     * interior point from 1 group, but for a lone cube little faster, hence 2 there.
     */
    private static final double RELAXATION_PAIRS = 256;

    private static final double RELAXATION_LISTS = 1_000;
    private static final double INTERIOR_POINT = 64;

    /**
     * Additional time of TornadoVM's execution, 50 us (driver-h100.txt there), in entries that the CPU solves in that time:
     * computed from both measurements, not measured itself.
     */
    private static final double TORNADO_RELAXATION = 570;

    private static final double TORNADO_INTERIOR_POINT = 100;

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
                return new GpuSolver(name, problem, tolerance, maxGroups);
            }
            reasons += Tornado.FOUND.text();
        }
        throw new BackendException(backend(), Code.NOT_AVAILABLE, reasons.strip(), "", null);
    }

    @Override
    public int worthwhileGroups(String name, MinMaxProblem problem) {
        boolean relaxation = name.equals(RelaxationSolver.NAME);
        boolean pairs = problem.entries() == 2 * problem.items();
        double entries = relaxation ? pairs ? RELAXATION_PAIRS : RELAXATION_LISTS : INTERIOR_POINT;
        if (!Driver.FOUND.available() || forced().equals(TORNADO)) {
            entries += relaxation ? TORNADO_RELAXATION : TORNADO_INTERIOR_POINT;
        }
        return (int) Math.ceil(entries / Math.max(1, problem.entries()));
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

    /** Answer of the driver, found when it is first asked for. */
    private static final class Driver {
        static final Availability FOUND = DriverProvider.probe();
    }

    /** Answer of TornadoVM's probe, found when it is first asked for: it takes a second or two. */
    private static final class Tornado {
        static final Availability FOUND = GpuProbe.here().probe();
    }
}
