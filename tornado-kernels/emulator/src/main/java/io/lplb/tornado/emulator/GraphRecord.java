// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** Record of a task graph's calls, in order of each kind: copies in, tasks, copies out. Not thread-safe. */
public final class GraphRecord {
    /** An array that is copied, and when. */
    record Transfer(int mode, TornadoNativeArray array) {}

    /** An array that another graph left on the device; an empty name stands for any earlier graph. */
    record Consumed(String graph, TornadoNativeArray array) {}

    /** A task: its name, its lambda, and the arguments as they were when it was added. */
    record Task(String id, Object code, List<Object> arguments) {}

    private final String name;
    private final List<Transfer> toDevice = new ArrayList<>();
    private final List<Consumed> consumed = new ArrayList<>();
    private final List<Task> tasks = new ArrayList<>();
    private final List<Transfer> toHost = new ArrayList<>();
    private final List<TornadoNativeArray> persisted = new ArrayList<>();

    /** An empty graph. */
    public GraphRecord(String name) {
        this.name = Objects.requireNonNull(name, "name");
    }

    /** Returns a graph with the same entries, independent of this one. */
    public GraphRecord copy() {
        GraphRecord copy = new GraphRecord(name);
        copy.toDevice.addAll(toDevice);
        copy.consumed.addAll(consumed);
        copy.tasks.addAll(tasks);
        copy.toHost.addAll(toHost);
        copy.persisted.addAll(persisted);
        return copy;
    }

    /** Returns the graph's name. */
    public String name() {
        return name;
    }

    /**
     * Adds a task.
     *
     * @throws IllegalArgumentException if the name is taken or an argument is of no kind that kernels may have
     */
    public void task(String id, Object code, Object... arguments) {
        if (tasks.stream().anyMatch(task -> task.id().equals(id))) {
            throw new IllegalArgumentException("graph " + name + ": got a second task " + id + ", expected a new name");
        }
        for (int k = 0; k < arguments.length; k++) {
            Object argument = Objects.requireNonNull(arguments[k], "argument");
            boolean scalar = argument instanceof Number || argument instanceof Boolean || argument instanceof Character;
            if (!scalar && !(argument instanceof TornadoNativeArray) && !(argument instanceof KernelContext)) {
                throw new IllegalArgumentException("task " + name + "." + id + ", argument " + (k + 1) + ": got a "
                        + argument.getClass().getName()
                        + ", expected a KernelContext, a native array or a number");
            }
        }
        tasks.add(new Task(id, code, List.of(arguments)));
    }

    /** Adds copies to the device. */
    public void toDevice(int mode, Object... arrays) {
        if (mode != DataTransferMode.FIRST_EXECUTION && mode != DataTransferMode.EVERY_EXECUTION) {
            throw new IllegalArgumentException("transferToDevice of graph " + name + ": got mode " + mode
                    + ", expected FIRST_EXECUTION (0) or EVERY_EXECUTION (1)");
        }
        nativeArrays("transferToDevice", arrays).forEach(array -> toDevice.add(new Transfer(mode, array)));
    }

    /** Adds copies to the host. */
    public void toHost(int mode, Object... arrays) {
        if (mode != DataTransferMode.EVERY_EXECUTION && mode != DataTransferMode.UNDER_DEMAND) {
            throw new IllegalArgumentException("transferToHost of graph " + name + ": got mode " + mode
                    + ", expected EVERY_EXECUTION (1) or UNDER_DEMAND (2)");
        }
        nativeArrays("transferToHost", arrays).forEach(array -> toHost.add(new Transfer(mode, array)));
    }

    /** Leaves arrays on the device for other graphs. */
    public void persist(Object... arrays) {
        persisted.addAll(nativeArrays("persistOnDevice", arrays));
    }

    /** Takes arrays that another graph left on the device. */
    public void consume(String graph, Object... arrays) {
        nativeArrays("consumeFromDevice", arrays).forEach(array -> consumed.add(new Consumed(graph, array)));
    }

    /**
     * Returns the arrays among the objects, all of which must be arrays.
     *
     * @throws IllegalArgumentException naming the call, otherwise
     */
    static List<TornadoNativeArray> nativeArrays(String what, Object... objects) {
        return Arrays.stream(objects)
                .map(object -> {
                    if (object instanceof TornadoNativeArray array) {
                        return array;
                    }
                    throw new IllegalArgumentException(
                            what + ": got a " + object.getClass().getName() + ", expected a native array");
                })
                .toList();
    }

    List<Transfer> toDevice() {
        return toDevice;
    }

    List<Consumed> consumed() {
        return consumed;
    }

    List<Task> tasks() {
        return tasks;
    }

    List<Transfer> toHost() {
        return toHost;
    }

    List<TornadoNativeArray> persisted() {
        return persisted;
    }
}
