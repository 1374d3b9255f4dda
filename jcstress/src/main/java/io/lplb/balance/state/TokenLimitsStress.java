// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance.state;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Limits that are changed while a planner takes them: all old or all new, and the old ones only with the old version. */
@JCStressTest
@Outcome(id = "1, 7, 7", expect = Expect.ACCEPTABLE, desc = "before the change")
@Outcome(id = "1, 9, 9", expect = Expect.ACCEPTABLE, desc = "changed after the version was read; taken once more later")
@Outcome(id = "2, 9, 9", expect = Expect.ACCEPTABLE, desc = "after the change")
@Outcome(expect = Expect.FORBIDDEN, desc = "limits of two changes at once, or a change that is never taken")
@State
public class TokenLimitsStress {
    private final TokenLimits limits = new TokenLimits("", 2, null, new long[] {7, 7}, "");

    @Actor
    public void change() {
        limits.updateRanks(new long[] {9, 9});
    }

    @Actor
    public void plan(III_Result r) {
        double[] ranks = new double[2];
        r.r1 = limits.version();
        limits.copyTo(ranks);
        r.r2 = (int) ranks[0];
        r.r3 = (int) ranks[1];
    }
}
