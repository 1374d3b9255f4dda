// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

/** Hears of every plan, on the thread that made it, before {@link LoadBalancer#plan} returns. */
@FunctionalInterface
public interface PlanListener {

    /**
     * Called after each plan. An exception from here reaches the caller of {@code plan}; the plan itself stands.
     *
     * @param report overwritten by the next plan; take a {@link PlanReport#copy()} to keep it
     */
    void planned(PlanReport report);
}
