// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.replica;

import io.lplb.replica.ReplicaPlan;
import io.lplb.replica.ReplicaPlanner;
import io.lplb.replica.ReplicaSettings;
import io.lplb.solver.BackendException;
import io.lplb.solver.BackendException.Code;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.CudaLibrary;
import io.lplb.tornado.cuda.CudaUnavailableException;
import io.lplb.tornado.engine.cuda.CudaProgramRun;
import io.lplb.tornado.kernel.replica.ReplicaKernels;
import io.lplb.tornado.kernel.replica.ReplicaOutput;
import io.lplb.tornado.program.Program;
import io.lplb.tornado.program.ProgramRun;
import io.lplb.tornado.program.ReplicaProgram;
import io.lplb.tornado.provider.DriverProvider;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Active ranks into the memory of a {@link ReplicaProgram}, and its choice out of it: the host checks every choice and completes it
 * with the lower bound.
 *
 * <p>Not thread-safe. Allocates nothing after construction.
 */
final class PlanReader {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

    private final ReplicaSettings settings;
    private final ReplicaProgram program;
    private final ProgramRun run;
    private final ReplicaPlanner host;
    private final double[] speeds;
    private final int[] expert;
    private final long[] taken;

    PlanReader(ReplicaSettings settings, ReplicaProgram program, ProgramRun run) {
        this.settings = settings;
        this.program = program;
        this.run = run;
        host = new ReplicaPlanner(settings);
        speeds = new double[settings.ranks()];
        expert = new int[settings.ranks() * settings.spareSlots()];
        taken = new long[expert.length];
    }

    /** Opens a program through the driver, on the GPU of {@value DriverProvider#DEVICE_PROPERTY}. */
    static ProgramRun onDriver(Program program, String name) {
        try {
            return onDriver(new CudaDriver(CudaLibrary.load()), program, name);
        } catch (CudaUnavailableException e) {
            throw new BackendException(
                    "gpu", Code.NOT_AVAILABLE, String.valueOf(e.getMessage()), DriverProvider.REMEDY, e);
        }
    }

    static ProgramRun onDriver(CudaDriver driver, Program program, String name) {
        driver.initialise();
        return new CudaProgramRun(driver, Integer.getInteger(DriverProvider.DEVICE_PROPERTY, 0), program, name);
    }

    /** The planner of the host, for what a device does not plan. */
    ReplicaPlanner host() {
        return host;
    }

    /**
     * Writes the active ranks and the number of the run.
     *
     * @throws IllegalArgumentException if none is active, or there is another number of ranks
     */
    void takeActive(boolean @Nullable [] active, int number) {
        if (active != null && active.length != speeds.length) {
            throw new IllegalArgumentException("active: got length " + active.length + ", expected " + speeds.length);
        }
        int ranks = 0;
        for (int r = 0; r < speeds.length; r++) {
            speeds[r] = active == null || active[r] ? 1 : 0;
            ranks += (int) speeds[r];
        }
        if (ranks == 0) {
            throw new IllegalArgumentException("active: got no active rank, expected at least one");
        }
        MemorySegment to = run.host(program.active());
        for (int r = 0; r < speeds.length; r++) {
            to.setAtIndex(INT, r, (int) speeds[r]);
        }
        to.setAtIndex(INT, speeds.length, number);
    }

    /**
     * Reads the choice of a run.
     *
     * @param total {@code [experts]}, the counts that the device planned for
     * @throws BackendException if there is no answer of this run, or the answer is no choice under the limits
     */
    void read(long[] total, int number, ReplicaPlan out) {
        MemorySegment result = run.host(program.out());
        int ran = result.getAtIndex(INT, ReplicaOutput.RUN);
        int threads = result.getAtIndex(INT, ReplicaOutput.THREADS);
        if (ran != number || threads != ReplicaKernels.THREADS) {
            throw new BackendException(
                    "gpu",
                    Code.NO_ANSWER,
                    "choose: got run " + ran + " with " + threads + " threads, expected run " + number + " with "
                            + ReplicaKernels.THREADS,
                    "bin/lplb doctor says what works here.",
                    null);
        }
        readSlots(result);
        try {
            host.complete(total, speeds, null, expert, taken, out);
        } catch (IllegalArgumentException e) {
            throw new BackendException(
                    "gpu", Code.WRONG_SHARES, String.valueOf(e.getMessage()), "Report it, please.", e);
        }
    }

    /** Reads what every spare slot takes. */
    private void readSlots(MemorySegment result) {
        int ranks = settings.ranks();
        int perRank = settings.slotsPerRank();
        int experts = settings.experts();
        Arrays.fill(taken, 0);
        Arrays.fill(expert, -1);
        for (int e = 0; e < experts; e++) {
            int first = result.getAtIndex(INT, ReplicaOutput.first(ranks, perRank) + e);
            int end = result.getAtIndex(INT, ReplicaOutput.first(ranks, perRank) + e + 1L);
            for (int k = first + 1; k < Math.min(end, experts + expert.length); k++) {
                int slot = result.getAtIndex(INT, ReplicaOutput.slot(ranks, perRank, experts) + k);
                int at = slot / perRank * settings.spareSlots() + slot % perRank - settings.homeSlots();
                if (slot >= 0 && slot < ranks * perRank && slot % perRank >= settings.homeSlots()) {
                    expert[at] = e;
                    taken[at] = result.getAtIndex(INT, ReplicaOutput.quota(ranks, perRank, experts, expert.length) + k);
                }
            }
        }
    }
}
