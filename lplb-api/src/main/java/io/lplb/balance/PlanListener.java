// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

/**
 * Listener of a balancer's plans and rounds, called on the thread that plans, before the call that plans returns. All
 * listeners are called; the first exception of one then reaches the caller of {@code plan}, and the plan stands.
 */
@FunctionalInterface
public interface PlanListener {

    /**
     * Called after each plan.
     *
     * @param report overwritten by the next plan; take a {@link PlanReport#copy()} to keep it
     */
    void planned(PlanReport report);

    /**
     * Called after each round of a {@link RankBalancer}, also one that ends without a plan.
     *
     * @param report overwritten by the next round
     */
    default void roundEnded(RankReport report) {}
}
