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
import io.lplb.tornado.engine.tornado.TornadoProgram;
import io.lplb.tornado.kernel.replica.ReplicaKernels;
import io.lplb.tornado.kernel.replica.ReplicaOutput;
import io.lplb.tornado.program.ProgramRun;
import io.lplb.tornado.program.ReplicaProgram;
import io.lplb.tornado.provider.DriverProvider;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the replicas of a batch on a device: counts of all sources to slot table, weight copies and quotas. The choice is that
 * of {@link ReplicaPlanner}'s growth without augmenting paths; the host checks every answer and completes it with the lower bound.
 *
 * <p>Ranks have speed 1 or are inactive, copies of an earlier batch are not kept, and copies cost nothing. Up to 64 ranks, 1,024
 * experts and 4 spare slots per rank.
 *
 * <p>Belongs to one thread. Planning allocates nothing.
 */
public final class GpuReplicaPlanner implements AutoCloseable {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

    private final ReplicaSettings settings;
    private final ReplicaProgram program;
    private final ProgramRun run;
    private final ReplicaPlanner host;
    private final long[] total;
    private final double[] speeds;
    private final int[] expert;
    private final long[] taken;
    private int runs;

    private GpuReplicaPlanner(ReplicaSettings settings, ReplicaProgram program, ProgramRun run) {
        this.settings = settings;
        this.program = program;
        this.run = run;
        host = new ReplicaPlanner(settings);
        total = new long[settings.experts()];
        speeds = new double[settings.ranks()];
        expert = new int[settings.ranks() * settings.spareSlots()];
        taken = new long[expert.length];
    }

    /**
     * A planner through TornadoVM, or under the emulator where its classes are in the place of TornadoVM's.
     *
     * @param settings limits of every plan
     * @param sources number of rows of counts
     * @throws IllegalArgumentException if the settings are beyond what a device plans
     */
    public static GpuReplicaPlanner onTornado(ReplicaSettings settings, int sources) {
        ReplicaProgram program = new ReplicaProgram(settings, sources);
        return new GpuReplicaPlanner(settings, program, new TornadoProgram(program.program(), 1, false));
    }

    /**
     * A planner through the CUDA driver, on the GPU of {@value DriverProvider#DEVICE_PROPERTY}.
     *
     * @param settings limits of every plan
     * @param sources number of rows of counts
     * @throws BackendException if the driver cannot be used; the message says why
     * @throws IllegalArgumentException if the settings are beyond what a device plans
     */
    public static GpuReplicaPlanner onDriver(ReplicaSettings settings, int sources) {
        ReplicaProgram program = new ReplicaProgram(settings, sources);
        try {
            CudaDriver driver = new CudaDriver(CudaLibrary.load());
            return onDriver(driver, settings, program);
        } catch (CudaUnavailableException e) {
            throw new BackendException(
                    "gpu", Code.NOT_AVAILABLE, String.valueOf(e.getMessage()), DriverProvider.REMEDY, e);
        }
    }

    static GpuReplicaPlanner onDriver(CudaDriver driver, ReplicaSettings settings, ReplicaProgram program) {
        driver.initialise();
        int device = Integer.getInteger(DriverProvider.DEVICE_PROPERTY, 0);
        return new GpuReplicaPlanner(
                settings, program, new CudaProgramRun(driver, device, program.program(), "replica planner"));
    }

    /**
     * Plans a batch.
     *
     * @param counts {@code [sources * experts]}, tokens of every source for every expert, not negative
     * @param active {@code [ranks]}, false for a rank that gets no token; null if all are active
     * @param out receives the plan
     * @throws IllegalArgumentException if an input is not as said
     * @throws BackendException if the device gave no answer, or one that is no choice under the limits
     */
    public void plan(int[] counts, boolean @Nullable [] active, ReplicaPlan out) {
        takeCounts(counts);
        takeActive(active);
        MemorySegment result = run.host(program.out());
        run.run(1);
        requireRun(result);
        read(result);
        try {
            host.complete(total, speeds, null, expert, taken, out);
        } catch (IllegalArgumentException e) {
            throw new BackendException(
                    "gpu", Code.WRONG_SHARES, String.valueOf(e.getMessage()), "Report it, please.", e);
        }
    }

    private void takeCounts(int[] counts) {
        int experts = settings.experts();
        if (counts.length != program.counts().length()) {
            throw new IllegalArgumentException("counts: got length " + counts.length + ", expected "
                    + program.counts().length());
        }
        Arrays.fill(total, 0);
        long all = 0;
        for (int k = 0; k < counts.length; k++) {
            if (counts[k] < 0) {
                throw new IllegalArgumentException(
                        "counts[" + k + "]: got " + counts[k] + ", expected at least 0 tokens");
            }
            total[k % experts] += counts[k];
            all += counts[k];
        }
        if (all > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "counts: got " + all + " tokens, expected at most " + Integer.MAX_VALUE + " on a device");
        }
        MemorySegment.copy(counts, 0, run.host(program.counts()), INT, 0, counts.length);
    }

    private void takeActive(boolean @Nullable [] active) {
        if (active != null && active.length != speeds.length) {
            throw new IllegalArgumentException("active: got length " + active.length + ", expected " + speeds.length);
        }
        MemorySegment to = run.host(program.active());
        int ranks = 0;
        for (int r = 0; r < speeds.length; r++) {
            int alive = active == null || active[r] ? 1 : 0;
            ranks += alive;
            speeds[r] = alive;
            to.setAtIndex(INT, r, alive);
        }
        if (ranks == 0) {
            throw new IllegalArgumentException("active: got no active rank, expected at least one");
        }
        runs = runs == Integer.MAX_VALUE ? 1 : runs + 1;
        to.setAtIndex(INT, speeds.length, runs);
    }

    private void requireRun(MemorySegment result) {
        int ran = result.getAtIndex(INT, ReplicaOutput.RUN);
        int threads = result.getAtIndex(INT, ReplicaOutput.THREADS);
        if (ran != runs || threads != ReplicaKernels.THREADS) {
            throw new BackendException(
                    "gpu",
                    Code.NO_ANSWER,
                    "got run " + ran + " with " + threads + " threads, expected run " + runs + " with "
                            + ReplicaKernels.THREADS,
                    "bin/lplb doctor says what works here.",
                    null);
        }
    }

    /** Reads what every spare slot takes. */
    private void read(MemorySegment result) {
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

    /**
     * {@return the microseconds of a plan on the device, from counts there to the result there, on the counts planned last: the
     * mean of many in a row}
     *
     * @param launches number of plans
     * @throws IllegalStateException if the planner does not launch through the driver
     */
    public double deviceMicros(int launches) {
        if (run instanceof CudaProgramRun driver) {
            return driver.micros(1, launches);
        }
        throw new IllegalStateException("got a planner through TornadoVM, expected one through the driver");
    }

    @Override
    public void close() {
        run.close();
    }
}
