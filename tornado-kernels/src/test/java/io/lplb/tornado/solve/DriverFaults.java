// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.Backend;
import io.lplb.solver.Backends;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.RelaxationSolver;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.SplitBatch;
import io.lplb.tornado.cuda.CudaDevice;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.CudaException;
import io.lplb.tornado.cuda.CudaLibrary;
import io.lplb.tornado.cuda.CudaUnavailableException;
import io.lplb.tornado.program.Accuracy;
import io.lplb.tornado.program.ProblemTables;
import io.lplb.tornado.ptx.PtxKernel;
import io.lplb.tornado.ptx.PtxLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A program for a machine with a GPU: faults that end a process's use of it, or its memory, and so cannot be tests among others.
 * Exit code 1 if something is not as it should be.
 *
 * <p>Arguments: {@code memory} (the device's memory runs out), {@code cycles NUMBER SECONDS} (solvers opened and closed, as many
 * as the time allows; with {@code -Dplain=true} without CUDA graphs), {@code parts NUMBER}
 * (parts of a solver's life, each so many times), {@code sticky} (a kernel traps).
 */
final class DriverFaults {
    private static final double TOLERANCE = GpuSolver.DEFAULT_TOLERANCE;
    private static final MinMaxProblem CUBE = DriverProblems.problem("cube");

    /** Groups of a batch that the device packs and certifies. */
    private static final int MANY = 40;

    private final CudaLibrary library;
    private final CudaDriver driver;
    private boolean failed;

    @SuppressWarnings("AnnotateFormatMethod") // the annotation is Error Prone's, which is no dependency
    private static void say(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }

    private DriverFaults() throws CudaUnavailableException {
        library = CudaLibrary.load();
        driver = new CudaDriver(library);
    }

    /** Runs one of the parts. */
    public static void main(String[] args) throws CudaUnavailableException {
        DriverFaults faults = new DriverFaults();
        switch (args[0]) {
            case "memory" -> faults.memory();
            case "cycles" -> faults.cycles(Integer.parseInt(args[1]), Double.parseDouble(args[2]));
            case "parts" -> faults.parts(Integer.parseInt(args[1]));
            case "sticky" -> faults.sticky();
            default ->
                throw new IllegalArgumentException("got " + args[0] + ", expected memory, cycles, parts or sticky");
        }
        System.exit(faults.failed ? 1 : 0);
    }

    private void check(boolean right, String what) {
        say("%s: %s", right ? "right" : "WRONG", what);
        failed |= !right;
    }

    /** Returns the bytes of the device's memory that are free. */
    private long free() throws CudaUnavailableException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment sizes = arena.allocate(JAVA_LONG, 2);
            int code = library.function("cuMemGetInfo_v2").call(sizes.address(), sizes.address() + 8);
            if (code != 0) {
                throw new IllegalStateException("cuMemGetInfo: " + code);
            }
            return sizes.get(JAVA_LONG, 0);
        }
    }

    private @Nullable RuntimeException solve(MinMaxSolver solver, SplitBatch split) {
        try {
            solver.solve(DriverProblems.random(CUBE, split.groups(), 5), split);
            return null;
        } catch (RuntimeException e) {
            return e;
        }
    }

    private void memory() throws CudaUnavailableException {
        int groups = 65_536;
        SplitBatch split = new SplitBatch(CUBE, groups);
        try (CudaDevice device = new CudaDevice(driver, 0)) {
            device.enter();
            long before = free();
            Deque<Long> blocks = new ArrayDeque<>();
            for (long bytes = 1L << 34; bytes >= 1 << 16; bytes /= 2) {
                take(bytes, blocks);
            }
            say("%d bytes were free, %d are, in %d blocks", before, free(), blocks.size());
            try (GpuSolver solver =
                    GpuSolver.onDriver(driver, PtxLibrary.read(), RelaxationSolver.NAME, CUBE, TOLERANCE, groups, 0)) {
                RuntimeException full = solve(solver, split);
                check(
                        full instanceof CudaException cuda && cuda.code() == CudaException.OUT_OF_MEMORY,
                        "a solve without memory says so: " + full);
                while (!blocks.isEmpty()) {
                    driver.free(blocks.pop());
                }
                RuntimeException later = solve(solver, split);
                check(
                        later == null && split.status(groups - 1) == SolveStatus.OPTIMAL,
                        "with memory again it solves: " + (later == null ? split.status(groups - 1) : later));
            }
            say("%d bytes are free at the end, %d at the start", free(), before);
            device.leave();
        }
    }

    private void take(long bytes, Deque<Long> blocks) {
        try {
            while (true) {
                blocks.push(driver.allocate(bytes));
            }
        } catch (CudaException e) {
            check(e.code() == CudaException.OUT_OF_MEMORY, "no block of " + bytes + " bytes is left");
        }
    }

    private void cycles(int most, double seconds) throws CudaUnavailableException {
        SplitBatch split = new SplitBatch(CUBE, 1);
        MinMaxBatch many = DriverProblems.random(CUBE, MANY, 6);
        SplitBatch manySplit = new SplitBatch(CUBE, MANY);
        PtxLibrary kernels = PtxLibrary.read();
        try (CudaDevice device = new CudaDevice(driver, 0)) {
            device.enter();
            long half = 0;
            long start = System.nanoTime();
            int done = 0;
            boolean right = true;
            while (done < most && 1e-9 * (System.nanoTime() - start) < seconds) {
                try (GpuSolver solver = GpuSolver.onDriver(
                        driver, kernels, InteriorPointSolver.NAME, CUBE, TOLERANCE, MANY, 0, LaunchOptions::of)) {
                    if (done % 4 == 0) { // twice, so that a graph is recorded too
                        right &= solve(solver, split) == null && split.status(0) == SolveStatus.OPTIMAL;
                        right &= solve(solver, split) == null && split.status(0) == SolveStatus.OPTIMAL;
                    }
                    for (int k = 0; k < 2 && done % 8 == 0; k++) {
                        solver.solve(many, manySplit);
                        right &= manySplit.status(MANY - 1) == SolveStatus.OPTIMAL;
                    }
                }
                done++;
                if (done % Math.max(1, most / 20) == 0) {
                    say("  %d bytes free after %d", free(), done);
                }
                half = done == most / 2 ? free() : half;
            }
            long lost = half - free();
            check(
                    right,
                    done + " solvers opened and closed, every fourth of them solved a group twice, every eighth " + MANY
                            + " groups");
            check(lost <= 0, "bytes of device memory lost in the second half: " + lost);
            say("%.1f s", 1e-9 * (System.nanoTime() - start));
            device.leave();
        }
    }

    /** What of a solver's life keeps device memory: each part many times. */
    private void parts(int times) throws CudaUnavailableException {
        PtxLibrary kernels = PtxLibrary.read();
        ProblemTables tables = new ProblemTables(CUBE);
        PtxKernel kernel =
                kernels.find(InteriorPointSolver.NAME, tables.size(), 1).orElseThrow();
        MinMaxBatch batch = DriverProblems.random(CUBE, 1, 5);
        LaunchOptions plain = new LaunchOptions(Transfer.MAPPED, false, false, 0, false);
        LaunchOptions graph = new LaunchOptions(Transfer.MAPPED, true, false, 0, false);
        try (CudaDevice device = new CudaDevice(driver, 0)) {
            device.enter();
            String text = kernel.text();
            part("context", times, () -> new CudaDevice(driver, 0).close());
            part("module", times, () -> driver.unloadModule(driver.loadModule(text)));
            part("pinned, 400 B", times, () -> driver.freeMapped(driver.allocateMapped(400)));
            part("pinned, two", times, () -> {
                long one = driver.allocateMapped(400);
                long two = driver.allocateMapped(176);
                driver.freeMapped(two);
                driver.freeMapped(one);
            });
            part("device, 400 B", times, () -> driver.free(driver.allocate(400)));
            part("made", times, () -> new DriverLaunch(device, kernel, tables, 1, Accuracy.of(1e-4), plain).close());
            LaunchOptions stamps = new LaunchOptions(Transfer.MAPPED, false, true, 0, false);
            LaunchOptions both = new LaunchOptions(Transfer.MAPPED, true, true, 0, false);
            SplitBatch split = new SplitBatch(CUBE, 1);
            for (LaunchOptions way : List.of(graph, stamps, both)) {
                for (int solves : new int[] {0, 2}) {
                    part("solver, solves " + solves + " times, " + way, times, () -> {
                        try (GpuSolver solver = GpuSolver.onDriver(
                                driver,
                                kernels,
                                InteriorPointSolver.NAME,
                                CUBE,
                                TOLERANCE,
                                1,
                                0,
                                (name, groups) -> way)) {
                            for (int k = 0; k < solves; k++) {
                                solver.solve(batch, split);
                            }
                        }
                    });
                }
            }
            for (LaunchOptions way : List.of(stamps, both, plain, graph)) {
                for (int launches = 1; launches <= 2; launches++) {
                    int count = launches;
                    part(count + " launches, " + way, times, () -> {
                        try (DriverLaunch launch =
                                new DriverLaunch(device, kernel, tables, 1, Accuracy.of(1e-4), way)) {
                            for (int k = 0; k < count; k++) {
                                launch.execute(batch, 0, 1);
                            }
                        }
                    });
                }
            }
            device.leave();
        }
    }

    private void part(String name, int times, Runnable work) throws CudaUnavailableException {
        work.run();
        long before = free();
        for (int k = 0; k < times; k++) {
            work.run();
        }
        say("%s, %d times: %d bytes less", name, times, before - free());
    }

    private void sticky() throws CudaUnavailableException {
        SplitBatch split = new SplitBatch(CUBE, 64);
        SplitBatch lone = new SplitBatch(CUBE, 1);
        GpuSolver solver = GpuSolver.onDriver(driver, PtxLibrary.read(), RelaxationSolver.NAME, CUBE, TOLERANCE, 64, 0);
        MinMaxSolver automatic = Backends.create(Backend.AUTO, RelaxationSolver.NAME, CUBE, TOLERANCE, 64);
        check(solve(solver, lone) == null && lone.status(0) == SolveStatus.OPTIMAL, "it solves before the fault");
        check(solve(automatic, split) == null && split.status(63) == SolveStatus.OPTIMAL, "AUTO does, too");
        trap();
        RuntimeException first = solve(solver, lone);
        check(
                first instanceof CudaException cuda && cuda.isSticky(),
                "the next solve of another solver says so: " + first);
        RuntimeException second = solve(solver, lone);
        check(
                second instanceof IllegalStateException && !(second instanceof CudaException),
                "and the one after, that the instance is dead: " + second);
        split.invalidate();
        RuntimeException recovered = solve(automatic, split);
        check(
                recovered == null && split.status(63) == SolveStatus.OPTIMAL,
                "AUTO goes on with the CPU: " + (recovered == null ? split.status(63) : recovered));
        solver.close();
        automatic.close();
        check(true, "closing after the fault does nothing");
    }

    /** Launches a kernel whose first instruction is a trap. */
    private void trap() {
        ProblemTables tables = new ProblemTables(CUBE);
        PtxKernel kernel =
                PtxLibrary.read().find(RelaxationSolver.NAME, tables.size(), 1).orElseThrow();
        PtxKernel trap = new PtxKernel(kernel.text().replace("BLOCK_0:\n", "BLOCK_0:\n\ttrap;\n"));
        try (CudaDevice device = new CudaDevice(driver, 0)) {
            device.enter();
            MinMaxBatch batch = DriverProblems.random(CUBE, 1, 5);
            try (DriverLaunch launch = new DriverLaunch(
                    device, trap, tables, 1, Accuracy.of(1e-4), LaunchOptions.of(RelaxationSolver.NAME, 1))) {
                launch.execute(batch, 0, 1);
                check(false, "a kernel that traps is reported");
            } catch (CudaException e) {
                check(e.isSticky(), "a kernel that traps is reported: " + e);
            }
            device.leave();
        } catch (CudaException e) {
            say("leaving the device after the fault: %s", e.toString());
        }
    }
}
