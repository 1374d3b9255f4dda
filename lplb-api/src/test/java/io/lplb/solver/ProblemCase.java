// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;

/**
 * A batch of one group with a name and, where it is known, its optimum.
 *
 * @param id says where the case comes from; for a random one, how to make it again
 * @param optimum least possible max over ranks of load / speed; NaN if unknown
 */
public record ProblemCase(String id, MinMaxBatch batch, double optimum) {

    /** Returns the problem that the batch belongs to. */
    public MinMaxProblem problem() {
        return batch.problem();
    }

    /** Returns the mean load of the group. */
    public double meanLoad() {
        return batch.meanLoad(0);
    }

    @Override
    public String toString() {
        return id;
    }
}
