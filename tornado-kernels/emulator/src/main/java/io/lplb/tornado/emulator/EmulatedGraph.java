// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** A graph of a plan with its device memory: copies in, tasks in order, copies out. Not thread-safe. */
final class EmulatedGraph {
    private final GraphRecord graph;
    private final EmulatorSettings settings;
    private final Map<String, KernelReference> kernels = new HashMap<>();
    private final IdentityHashMap<TornadoNativeArray, DeviceBuffer> buffers = new IdentityHashMap<>();
    private final Map<String, GridSize> frozen = new HashMap<>();

    EmulatedGraph(GraphRecord graph, EmulatorSettings settings) {
        this.graph = graph;
        this.settings = settings;
        for (GraphRecord.Task task : graph.tasks()) {
            kernels.put(task.id(), KernelReference.of(graph.name() + "." + task.id(), task.code()));
        }
    }

    void load(Machine machine) {
        kernels.values().forEach(kernel -> kernel.load(machine, settings));
    }

    /** Executes the graph; returns the last epoch it used. */
    long execute(
            Machine machine,
            List<EmulatedGraph> plan,
            @Nullable GridScheduler scheduler,
            boolean freeze,
            long lastEpoch,
            ExecutionClock clock) {
        consume(plan);
        copyIn(clock);
        long epoch = lastEpoch;
        for (GraphRecord.Task task : graph.tasks()) {
            epoch = run(machine, task, scheduler, freeze, epoch, clock);
        }
        copyOut(clock);
        return epoch;
    }

    private void consume(List<EmulatedGraph> plan) {
        for (GraphRecord.Consumed consumed : graph.consumed()) {
            DeviceBuffer found = null;
            for (EmulatedGraph source : plan) {
                boolean named = consumed.graph().isEmpty() || consumed.graph().equals(source.graph.name());
                if (named && source.isPersisted(consumed.array())) {
                    found = source.buffer(consumed.array());
                }
            }
            if (found == null) {
                throw EmulatorException.launch(
                        graph.name(),
                        "consumeFromDevice of an array that no executed graph of the plan has left there; expected "
                                + "persistOnDevice in the graph before");
            }
            buffers.put(consumed.array(), found);
        }
    }

    private boolean isPersisted(TornadoNativeArray array) {
        // Identity, not equality: arrays stand for their memory.
        return graph.persisted().stream().anyMatch(persisted -> persisted == array);
    }

    private void copyIn(ExecutionClock clock) {
        for (GraphRecord.Transfer transfer : graph.toDevice()) {
            DeviceBuffer buffer = allocate(transfer.array());
            if (transfer.mode() == DataTransferMode.EVERY_EXECUTION || !buffer.copiedIn()) {
                long since = System.nanoTime();
                clock.copiedIn(since, buffer.copyIn());
            }
        }
    }

    private void copyOut(ExecutionClock clock) {
        for (GraphRecord.Transfer transfer : graph.toHost()) {
            DeviceBuffer buffer = allocate(transfer.array());
            if (transfer.mode() == DataTransferMode.EVERY_EXECUTION) {
                long since = System.nanoTime();
                clock.copiedOut(since, buffer.copyOut());
            }
        }
    }

    private long run(
            Machine machine,
            GraphRecord.Task task,
            @Nullable GridScheduler scheduler,
            boolean freeze,
            long lastEpoch,
            ExecutionClock clock) {
        String taskName = graph.name() + "." + task.id();
        KernelReference kernel = kernel(task);
        String name = taskName + " (" + kernel.shortName() + ")";
        GridSize grid = grid(taskName, name, task, scheduler);
        if (freeze) {
            GridSize captured = frozen.putIfAbsent(task.id(), grid);
            if (captured != null && !captured.equals(grid)) {
                throw EmulatorException.launch(
                        name, grid + "; expected " + captured + ", which the CUDA graph has captured");
            }
        }
        IdentityHashMap<TornadoNativeArray, Shadow> shadows = new IdentityHashMap<>();
        Object[] arguments = deviceArguments(task, shadows);
        long since = System.nanoTime();
        var entry = kernel.load(machine, settings);
        clock.compiled(since);
        since = System.nanoTime();
        long epoch = machine.run(
                new Launch(name, entry, List.of(arguments), shadows, grid.groups(), grid.groupSize(), settings),
                lastEpoch);
        clock.ran(since);
        return epoch;
    }

    private KernelReference kernel(GraphRecord.Task task) {
        KernelReference kernel = kernels.get(task.id());
        if (kernel == null) {
            throw new IllegalStateException(task.id());
        }
        return kernel;
    }

    private static GridSize grid(
            String taskName, String name, GraphRecord.Task task, @Nullable GridScheduler scheduler) {
        WorkerGrid grid = scheduler == null ? null : scheduler.get(taskName);
        if (grid != null) {
            return GridSize.of(name, grid);
        }
        if (task.arguments().stream().anyMatch(KernelContext.class::isInstance)) {
            throw EmulatorException.launch(
                    name,
                    "no WorkerGrid for a task with a KernelContext; expected a GridScheduler with \"" + taskName
                            + "\"");
        }
        // Loops marked @Parallel run in order, on one thread.
        return new GridSize(1, 1);
    }

    private Object[] deviceArguments(GraphRecord.Task task, IdentityHashMap<TornadoNativeArray, Shadow> shadows) {
        Object[] arguments = task.arguments().toArray();
        for (int k = 0; k < arguments.length; k++) {
            if (arguments[k] instanceof TornadoNativeArray host) {
                DeviceBuffer buffer = allocate(host);
                arguments[k] = buffer.device();
                shadows.put(buffer.device(), buffer.shadow());
            }
        }
        return arguments;
    }

    private DeviceBuffer allocate(TornadoNativeArray array) {
        return buffers.computeIfAbsent(array, DeviceBuffer::new);
    }

    @Nullable DeviceBuffer buffer(TornadoNativeArray array) {
        return buffers.get(array);
    }

    Stream<DeviceBuffer> buffers() {
        return buffers.values().stream();
    }

    void free() {
        buffers.clear();
        frozen.clear();
    }
}
