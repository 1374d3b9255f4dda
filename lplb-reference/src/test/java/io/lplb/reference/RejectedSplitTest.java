// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.balance.LoadBalancer;
import io.lplb.balance.PlanReport;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.Solvers;
import io.lplb.topology.Topologies;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Plans made from splits that LPLB's algorithm rejects. */
class RejectedSplitTest {
    private static final int EXPERTS = 64;

    private static PlanReport plan(String solver, int[] counts) {
        try (LoadBalancer balancer = LoadBalancer.builder()
                .experts(EXPERTS)
                .ranks(8)
                .topology(Topologies.cube())
                .replicas(2)
                .solver(solver)
                .build()) {
            return balancer.plan(counts).copy();
        }
    }

    private static int[] gaussianCounts(Random random) {
        int[] counts = new int[EXPERTS];
        for (int e = 0; e < EXPERTS; e++) {
            counts[e] = (int) Math.max(0, 30 * (1 + 1.5 * random.nextGaussian()));
        }
        return counts;
    }

    /** Whatever the solver answers, the plan is the best that whole tokens allow. */
    @Test
    void planIsOptimalWhereTheReferenceSolverGivesUp() {
        int notOptimal = 0;
        for (int seed = 0; seed < 50; seed++) {
            int[] counts = gaussianCounts(new Random(seed));
            PlanReport best = plan("interior-point", counts);
            for (String solver : Solvers.names()) {
                PlanReport report = plan(solver, counts);
                assertEquals(best.maxLoad(), report.maxLoad(), solver + ", seed " + seed);
                assertTrue(report.maxLoad() <= report.identityMaxLoad());
                notOptimal += report.status() == SolveStatus.OPTIMAL ? 0 : 1;
            }
        }
        assertTrue(notOptimal > 0);
    }
}
