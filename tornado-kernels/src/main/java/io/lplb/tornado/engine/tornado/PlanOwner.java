// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.engine.tornado;

import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;

/** An execution plan, which belongs to the thread that first uses it; TornadoVM would not say so. */
public final class PlanOwner implements AutoCloseable {
    private final TornadoExecutionPlan plan;
    private @Nullable Thread owner;

    public PlanOwner(TornadoExecutionPlan plan) {
        this.plan = plan;
    }

    /**
     * Checks the thread, before anything is written.
     *
     * @throws IllegalStateException if it is another one than the first
     */
    public void requireOwner() {
        if (owner == null) {
            owner = Thread.currentThread();
        } else if (owner != Thread.currentThread()) {
            throw new IllegalStateException("a solver's plan belongs to one thread: got "
                    + Thread.currentThread().getName() + ", expected " + owner.getName());
        }
    }

    public void execute() {
        plan.execute();
    }

    @Override
    public void close() {
        try {
            plan.close();
        } catch (TornadoExecutionPlanException e) {
            throw new IllegalStateException("the execution plan could not be closed", e);
        }
    }
}
