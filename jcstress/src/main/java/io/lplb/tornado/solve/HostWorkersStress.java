// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Two callers at one team of threads: each sees all of its blocks done, once each, when run returns. */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "every block of both jobs done once")
@Outcome(expect = Expect.FORBIDDEN, desc = "a block is left out, done twice, or not seen by its caller")
@State
public class HostWorkersStress {
    private static final int BLOCKS = 16;
    private static final HostWorkers TEAM = new HostWorkers(3);

    private final int[] first = new int[BLOCKS];
    private final int[] second = new int[BLOCKS];

    @Actor
    public void one(II_Result r) {
        TEAM.run((worker, block) -> first[block]++, BLOCKS);
        r.r1 = wrong(first);
    }

    @Actor
    public void other(II_Result r) {
        TEAM.run((worker, block) -> second[block]++, BLOCKS);
        r.r2 = wrong(second);
    }

    private static int wrong(int[] done) {
        int wrong = 0;
        for (int times : done) {
            wrong += times == 1 ? 0 : 1;
        }
        return wrong;
    }
}
