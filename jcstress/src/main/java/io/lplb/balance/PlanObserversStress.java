// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Listeners that two threads add: the next plan is told to both, once each. */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "both are told")
@Outcome(expect = Expect.FORBIDDEN, desc = "a listener is lost or told twice")
@State
public class PlanObserversStress {
    private final PlanObservers observers = new PlanObservers(List.of());
    private final PlanReport report = new PlanReport("", 0, 1, 1);
    private int first;
    private int second;

    private final PlanListener firstListener = plan -> first++;
    private final PlanListener secondListener = plan -> second++;

    @Actor
    public void addFirst() {
        observers.add(firstListener);
    }

    @Actor
    public void addSecond() {
        observers.add(secondListener);
    }

    @Arbiter
    public void plan(II_Result r) {
        observers.planned(report);
        r.r1 = first;
        r.r2 = second;
    }
}
