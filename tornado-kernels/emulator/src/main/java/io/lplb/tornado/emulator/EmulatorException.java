// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

import java.io.Serial;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A kernel that is wrong, or a launch that cannot be. The message names kernel, group and thread. */
public final class EmulatorException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** In place of a group or a thread, when the fault belongs to none. */
    public static final int NONE = -1;

    private final Fault fault;
    private final String kernel;
    private final int group;
    private final int thread;

    EmulatorException(Fault fault, String kernel, int group, int thread, String detail, @Nullable Throwable cause) {
        super(place(kernel, group, thread) + ": " + detail, cause);
        this.fault = fault;
        this.kernel = kernel;
        this.group = group;
        this.thread = thread;
    }

    static EmulatorException launch(String kernel, String detail) {
        return new EmulatorException(Fault.LAUNCH, kernel, NONE, NONE, detail, null);
    }

    private static String place(String kernel, int group, int thread) {
        String place = "kernel " + kernel;
        if (group != NONE) {
            place += ", group " + group;
        }
        return thread == NONE ? place : place + ", thread " + thread;
    }

    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }

    /** Returns what is wrong. */
    public Fault fault() {
        return fault;
    }

    /** Returns "graph.task (Class.method)", or as much of it as is known. */
    public String kernel() {
        return kernel;
    }

    /** Returns the work-group, or {@link #NONE}. */
    public int group() {
        return group;
    }

    /** Returns the thread's number in its group, or {@link #NONE}. */
    public int thread() {
        return thread;
    }
}
