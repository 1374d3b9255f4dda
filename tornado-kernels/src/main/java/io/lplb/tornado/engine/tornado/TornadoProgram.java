// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.engine.tornado;

import io.lplb.tornado.kernel.InitialValues;
import io.lplb.tornado.program.Buffer;
import io.lplb.tornado.program.Buffer.Kind;
import io.lplb.tornado.program.KernelSpec;
import io.lplb.tornado.program.Program;
import io.lplb.tornado.program.ProgramRun;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * Program as a TornadoVM task graph with its execution plan, on a GPU or under the emulator. Grids are those of the largest run:
 * kernels return at once in work-groups that a run does not need.
 *
 * <p>Inputs are copied in and outputs out with every run, all else with the first. A buffer that starts with a value is read by a
 * task of its own at the front if the first kernel with it does not read it, see {@link InitialValues}. Such a task takes 8 us of a run.
 *
 * <p>Belongs to the thread that runs it first; any other is refused. Allocates nothing of its own per run.
 */
public final class TornadoProgram implements ProgramRun {
    private final Map<Buffer, TornadoNativeArray> arrays = new HashMap<>();
    private final PlanOwner plan;

    /**
     * Builds the graph; the kernels are compiled with the first run.
     *
     * @param size size of the largest run
     * @param cudaGraph whether the launches are recorded once and replayed
     */
    public TornadoProgram(Program program, int size, boolean cudaGraph) {
        DeviceCode.link();
        String name = program.name();
        TaskGraph graph = new TaskGraph(name);
        GridScheduler grids = new GridScheduler();
        List<Object> every = new ArrayList<>();
        List<Object> first = new ArrayList<>();
        List<Object> out = new ArrayList<>();
        for (Buffer buffer : program.buffers()) {
            TornadoNativeArray array = allocate(buffer);
            arrays.put(buffer, array);
            (buffer.kind() == Kind.INPUT ? every : first).add(array);
            if (buffer.kind().isOutput()) {
                out.add(array);
            }
        }
        graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, every.toArray());
        graph.transferToDevice(DataTransferMode.FIRST_EXECUTION, first.toArray());
        for (Buffer buffer : program.buffers()) {
            if (buffer.kind().isKept()) {
                keep(graph, grids, name, buffer);
            }
        }
        KernelContext context = new KernelContext();
        for (KernelSpec step : program.steps()) {
            KernelReferences.of(step).addTo(graph, step.task(), context, arguments(step));
            addGrid(grids, name + "." + step.task(), step.workGroups().applyAsInt(size), step.threads());
        }
        graph.transferToHost(DataTransferMode.EVERY_EXECUTION, out.toArray());
        TornadoExecutionPlan made = new TornadoExecutionPlan(graph.snapshot()).withGridScheduler(grids);
        plan = new PlanOwner(cudaGraph ? made.withCUDAGraph() : made);
    }

    private static TornadoNativeArray allocate(Buffer buffer) {
        Object contents = buffer.contents();
        return switch (buffer.element()) {
            case INT -> {
                IntArray array =
                        contents == null ? new IntArray(buffer.length()) : IntArray.fromArray((int[]) contents);
                if (contents == null) {
                    array.init(0);
                }
                yield array;
            }
            case FLOAT -> {
                FloatArray array =
                        contents == null ? new FloatArray(buffer.length()) : FloatArray.fromArray((float[]) contents);
                if (contents == null) {
                    array.init(0f);
                }
                yield array;
            }
            case DOUBLE -> {
                DoubleArray array = contents == null
                        ? new DoubleArray(buffer.length())
                        : DoubleArray.fromArray((double[]) contents);
                if (contents == null) {
                    array.init(0);
                }
                yield array;
            }
        };
    }

    private TornadoNativeArray array(Buffer buffer) {
        return Objects.requireNonNull(arrays.get(buffer), buffer.name());
    }

    private void keep(TaskGraph graph, GridScheduler grids, String name, Buffer buffer) {
        String task = "keep_" + buffer.name();
        KernelContext context = new KernelContext();
        switch (buffer.element()) {
            case INT -> graph.task(task, InitialValues::keepInts, context, (IntArray) array(buffer));
            case FLOAT -> graph.task(task, InitialValues::keepFloats, context, (FloatArray) array(buffer));
            case DOUBLE -> graph.task(task, InitialValues::keepDoubles, context, (DoubleArray) array(buffer));
        }
        addGrid(grids, name + "." + task, 1, InitialValues.THREADS);
    }

    private Object[] arguments(KernelSpec step) {
        List<Object> arguments = new ArrayList<>();
        step.arrays().forEach(buffer -> arguments.add(array(buffer)));
        arguments.addAll(step.scalars());
        return arguments.toArray();
    }

    private static void addGrid(GridScheduler grids, String task, int workGroups, int threads) {
        WorkerGrid1D grid = new WorkerGrid1D(workGroups * threads);
        grid.setLocalWork(threads, 1, 1);
        grids.addWorkerGrid(task, grid);
    }

    /**
     * Returns the host's copy of a buffer: inputs are read there by the next run, outputs written there by the last one.
     *
     * @return the elements, without a header
     */
    @Override
    public MemorySegment host(Buffer buffer) {
        return array(buffer).getSegment();
    }

    /**
     * Refuses another thread than that of the first run.
     *
     * @throws IllegalStateException if the caller is another one
     */
    public void requireOwner() {
        plan.requireOwner();
    }

    /** Runs the program and waits. */
    public void run() {
        plan.execute();
    }

    /** Runs the program and waits; grids are those of the largest run, whatever the size. */
    @Override
    public void run(int size) {
        run();
    }

    /** Frees buffers and code. */
    @Override
    public void close() {
        plan.close();
    }
}
