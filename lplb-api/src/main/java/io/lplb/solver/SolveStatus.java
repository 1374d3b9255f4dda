// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

/** How a solve of one group ended. Whatever the status, the certificate of the split is true. */
public enum SolveStatus {
    /** The gap is within the solver's tolerance. */
    OPTIMAL,
    /** No split keeps the limits of the batch; the split is the best one without them, see {@link SplitBatch#misfit}. */
    INFEASIBLE,
    /** The iterations ran out first; the best split seen is kept. */
    ITERATION_LIMIT,
    /** The arithmetic broke down first; the best split seen is kept. */
    NUMERICAL_FAILURE,
    /** No answer: nothing has been solved yet, or what a device wrote did not survive the host's check. */
    INVALID
}
