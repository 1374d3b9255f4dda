// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.replica;

import io.lplb.replica.ReplicaPlan;
import io.lplb.replica.ReplicaPlanner;
import io.lplb.replica.ReplicaSettings;
import io.lplb.solver.BackendException;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.engine.cuda.CudaProgramRun;
import io.lplb.tornado.engine.tornado.TornadoProgram;
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
 * <p>A device plans ranks of speed 1 or inactive ones, without copies of an earlier batch; any other batch is handed over to the
 * CPU's planner ({@link #handedOver}). Settings with a cost of copies are refused. Up to 64 ranks, 1,024 experts and 4 spare slots per
 * rank.
 *
 * <p>Belongs to one thread. Planning allocates nothing.
 */
public final class GpuReplicaPlanner implements AutoCloseable {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

    private final ReplicaSettings settings;
    private final ReplicaProgram program;
    private final ProgramRun run;
    private final PlanReader reader;
    private final long[] total;
    private final boolean[] active;
    private String handedOver = "";
    private int runs;

    private GpuReplicaPlanner(ReplicaSettings settings, ReplicaProgram program, ProgramRun run) {
        this.settings = settings;
        this.program = program;
        this.run = run;
        reader = new PlanReader(settings, program, run);
        total = new long[settings.experts()];
        active = new boolean[settings.ranks()];
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
        return new GpuReplicaPlanner(settings, program, PlanReader.onDriver(program.program(), "replica planner"));
    }

    static GpuReplicaPlanner onDriver(CudaDriver driver, ReplicaSettings settings, ReplicaProgram program) {
        return new GpuReplicaPlanner(
                settings, program, PlanReader.onDriver(driver, program.program(), "replica planner"));
    }

    /**
     * Plans a batch on ranks of speed 1 without copies from an earlier batch.
     *
     * @param counts {@code [sources * experts]}, tokens of every source for every expert, not negative
     * @param active {@code [ranks]}, false for a rank that gets no token; null if all are active
     * @param out receives the plan
     * @throws IllegalArgumentException if an input is not as said
     * @throws BackendException if the device gave no answer, or one that is no choice under the limits
     */
    public void plan(int[] counts, boolean @Nullable [] active, ReplicaPlan out) {
        handedOver = "";
        long all = takeCounts(counts);
        if (all > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "counts: got " + all + " tokens, expected at most " + Integer.MAX_VALUE + " on a device");
        }
        int next = runs == Integer.MAX_VALUE ? 1 : runs + 1;
        reader.takeActive(active, next);
        runs = next;
        MemorySegment.copy(counts, 0, run.host(program.counts()), INT, 0, counts.length);
        run.run(1);
        reader.read(total, runs, out);
    }

    /**
     * Plans a batch, on the CPU where the device cannot: see {@link #handedOver}.
     *
     * @param counts {@code [sources * experts]}, tokens of every source for every expert, not negative
     * @param speeds {@code [ranks]}, tokens per unit of time, 0 for an inactive rank; null for 1 everywhere
     * @param before {@code [physicalExperts]}, slot table of the last batch, whose copies cost nothing; null if all spare slots are
     *     empty
     * @param out receives the plan
     * @throws IllegalArgumentException if an input is not as said
     * @throws BackendException if the device gave no answer, or one that is no choice under the limits
     */
    public void plan(int[] counts, double @Nullable [] speeds, int @Nullable [] before, ReplicaPlan out) {
        String reason = beyondDevice(speeds, before);
        if (reason.isEmpty()) {
            for (int r = 0; r < active.length; r++) {
                active[r] = speeds == null || speeds[r] > 0;
            }
            plan(counts, active, out);
            return;
        }
        takeCounts(counts);
        reader.host().plan(total, speeds, before, out);
        handedOver = reason;
    }

    private String beyondDevice(double @Nullable [] speeds, int @Nullable [] before) {
        if (speeds != null) {
            if (speeds.length != active.length) {
                return "number of speeds";
            }
            for (double speed : speeds) {
                if (speed != 0 && speed != 1) {
                    return "speeds other than 1";
                }
            }
        }
        if (before != null) {
            for (int p = 0; p < before.length; p++) {
                if (before[p] >= 0 && p % settings.slotsPerRank() >= settings.homeSlots()) {
                    return "copies of an earlier batch";
                }
            }
        }
        return "";
    }

    /** {@return what the CPU had to plan the last batch for; empty if the device has planned it} */
    public String handedOver() {
        return handedOver;
    }

    private long takeCounts(int[] counts) {
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
        return all;
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
