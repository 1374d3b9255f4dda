// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.replica;

import io.lplb.replica.ReplicaPlan;
import io.lplb.replica.ReplicaSettings;
import io.lplb.solver.BackendException;
import io.lplb.solver.BackendException.Code;
import io.lplb.tornado.engine.cuda.CudaProgramRun;
import io.lplb.tornado.engine.tornado.TornadoProgram;
import io.lplb.tornado.kernel.pipeline.PipelineLayout;
import io.lplb.tornado.kernel.pipeline.PipelineSizes;
import io.lplb.tornado.kernel.replica.ReplicaRoutes;
import io.lplb.tornado.program.ProgramRun;
import io.lplb.tornado.program.ReplicaRouteProgram;
import io.lplb.tornado.provider.DriverProvider;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * Routes batches by replicas chosen from their own counts, all on a device: ids to slot table, weight copies, quotas and physical
 * ids. The choice is that of {@link GpuReplicaPlanner}, with the same limits.
 *
 * <pre>
 *   route(int[], int[], boolean[], ReplicaPlan)   ids and results on the host
 *   route(long, long, int, boolean[])             ids and results in the device's memory; the call waits for the run before it only
 *   fetch(ReplicaPlan)                            waits, and brings the plan of the last run
 * </pre>
 *
 * <p>An id that names no expert is routed to -1 and counted; so is, uncounted, one of an expert without an active host. The weights must
 * be in their slots before tokens are computed: {@code ReplicaPlan} lists the copies.
 *
 * <p>Belongs to one thread.
 */
public final class GpuReplicaPipeline implements AutoCloseable {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

    private final ReplicaRouteProgram program;
    private final ProgramRun run;
    private final PlanReader reader;
    private final int experts;
    private final int tokens;
    private final long[] total;
    private int runs;
    private int routed = -1;
    private long boundIds;
    private long boundPhysical;

    private GpuReplicaPipeline(ReplicaSettings settings, int tokens, ReplicaRouteProgram program, ProgramRun run) {
        this.program = program;
        this.run = run;
        this.tokens = tokens;
        experts = settings.experts();
        reader = new PlanReader(settings, program.replicas(), run);
        total = new long[experts];
    }

    /**
     * A pipeline through TornadoVM, or under the emulator where its classes are in the place of TornadoVM's.
     *
     * @param settings limits of every plan
     * @param tokens most ids of a batch
     * @throws IllegalArgumentException if the settings or {@code tokens} are beyond what a device plans
     */
    public static GpuReplicaPipeline onTornado(ReplicaSettings settings, int tokens) {
        ReplicaRouteProgram program = new ReplicaRouteProgram(settings, tokens);
        return new GpuReplicaPipeline(settings, tokens, program, new TornadoProgram(program.program(), tokens, false));
    }

    /**
     * A pipeline through the CUDA driver, on the GPU of {@value DriverProvider#DEVICE_PROPERTY}.
     *
     * @param settings limits of every plan
     * @param tokens most ids of a batch
     * @throws BackendException if the driver cannot be used; the message says why
     * @throws IllegalArgumentException if the settings or {@code tokens} are beyond what a device plans
     */
    public static GpuReplicaPipeline onDriver(ReplicaSettings settings, int tokens) {
        ReplicaRouteProgram program = new ReplicaRouteProgram(settings, tokens);
        return new GpuReplicaPipeline(
                settings, tokens, program, PlanReader.onDriver(program.program(), "replica pipeline"));
    }

    /**
     * Routes a batch on the host.
     *
     * @param ids logical expert of every token
     * @param physical physical slot of every token, as long as {@code ids}, overwritten
     * @param active {@code [ranks]}, false for a rank that gets no token; null if all are active
     * @param plan receives the plan
     * @return the number of ids that name no expert, -1 apart
     * @throws IllegalArgumentException if an input is not as said
     * @throws BackendException if the device gave no answer, or one that is no choice under the limits
     */
    public int route(int[] ids, int[] physical, boolean @Nullable [] active, ReplicaPlan plan) {
        if (physical.length != ids.length) {
            throw new IllegalArgumentException(
                    "physical: got length " + physical.length + ", expected " + ids.length + " as ids");
        }
        if (boundIds != 0) {
            throw new IllegalStateException(
                    "got ids on the host after ids on the device, expected another pipeline for them");
        }
        begin(ids.length, active);
        MemorySegment.copy(ids, 0, run.host(program.ids()), INT, 0, ids.length);
        run.run(ids.length);
        MemorySegment.copy(run.host(program.physical()), INT, 0, physical, 0, ids.length);
        return read(plan);
    }

    /**
     * Routes a batch in the device's memory. Returns as soon as the work is on the pipeline's stream, which waits for no other: the
     * ids must be complete.
     *
     * @param ids device address of {@code count} integers, the logical experts
     * @param physical device address of {@code count} integers, overwritten
     * @param active as for {@link #route(int[], int[], boolean[], ReplicaPlan)}
     * @throws IllegalStateException if the pipeline does not launch through the driver
     */
    public void route(long ids, long physical, int count, boolean @Nullable [] active) {
        CudaProgramRun driver = driver();
        driver.await();
        begin(count, active);
        if (ids != boundIds || physical != boundPhysical) {
            driver.bind(program.ids(), ids);
            driver.bind(program.physical(), physical);
            boundIds = ids;
            boundPhysical = physical;
        }
        driver.launch(count);
    }

    /**
     * Waits for the last run and brings its plan to the host.
     *
     * @param plan receives the plan
     * @return the number of ids that name no expert, -1 apart
     * @throws BackendException if the device gave no answer, or one that is no choice under the limits
     */
    public int fetch(ReplicaPlan plan) {
        driver().fetch();
        return read(plan);
    }

    private CudaProgramRun driver() {
        if (run instanceof CudaProgramRun driver) {
            return driver;
        }
        throw new IllegalStateException("got a pipeline through TornadoVM, expected one through the driver");
    }

    private void begin(int count, boolean @Nullable [] active) {
        if (count < 0 || count > tokens) {
            throw new IllegalArgumentException("ids: got length " + count + ", expected 0.." + tokens);
        }
        int next = runs == Integer.MAX_VALUE ? 1 : runs + 1;
        reader.takeActive(active, next);
        runs = next;
        routed = count;
        MemorySegment sizes = run.host(program.sizes());
        sizes.setAtIndex(INT, PipelineSizes.RUN, next);
        sizes.setAtIndex(INT, PipelineSizes.TOKENS, count);
    }

    private int read(ReplicaPlan plan) {
        if (routed < 0) {
            throw new IllegalStateException("got no run, expected one before its plan");
        }
        MemorySegment summary = run.host(program.summary());
        requireRun("sumTotals", summary.getAtIndex(INT, 0));
        for (int b = 0; b < PipelineLayout.blocks(routed); b++) {
            requireRun("routeReplicas", summary.getAtIndex(INT, ReplicaRoutes.SUMMARY + b));
        }
        MemorySegment counts = run.host(program.replicas().counts());
        for (int e = 0; e < experts; e++) {
            total[e] = counts.getAtIndex(INT, e);
        }
        reader.read(total, runs, plan);
        return summary.getAtIndex(INT, ReplicaRoutes.BAD_IDS);
    }

    private void requireRun(String kernel, int got) {
        if (got != runs) {
            throw new BackendException(
                    "gpu",
                    Code.NO_ANSWER,
                    kernel + ": got run " + got + ", expected run " + runs,
                    "bin/lplb doctor says what works here.",
                    null);
        }
    }

    /**
     * {@return the microseconds of the last batch on the device, from ids there to physical ids there: the mean of many in a row}
     *
     * @param launches number of runs
     * @throws IllegalStateException if the pipeline does not launch through the driver
     */
    public double deviceMicros(int launches) {
        return driver().micros(Math.max(routed, 0), launches);
    }

    @Override
    public void close() {
        run.close();
    }
}
