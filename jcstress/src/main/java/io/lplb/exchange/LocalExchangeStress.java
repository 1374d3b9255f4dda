// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/** Two ranks that are threads gather a round: both have the counts of both, and neither misses the other's wake-up. */
@JCStressTest
@Outcome(id = "0, 35, 0, 35", expect = Expect.ACCEPTABLE, desc = "both COMPLETE, with equal counts")
@Outcome(expect = Expect.FORBIDDEN, desc = "other counts, or a round that is not COMPLETE")
@State
public class LocalExchangeStress {
    private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final List<LocalExchange> group = LocalExchange.group(2, 1);

    @Actor
    public void rankZero(IIII_Result r) {
        int[] all = new int[2];
        r.r1 = group.get(0).gather(0, 0, 1, new int[] {3}, all, TIMEOUT_NANOS).ordinal();
        r.r2 = 10 * all[0] + all[1];
    }

    @Actor
    public void rankOne(IIII_Result r) {
        int[] all = new int[2];
        r.r3 = group.get(1).gather(0, 0, 1, new int[] {5}, all, TIMEOUT_NANOS).ordinal();
        r.r4 = 10 * all[0] + all[1];
    }
}
