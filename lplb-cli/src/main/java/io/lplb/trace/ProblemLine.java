// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;

/**
 * One min-max problem as a line of a problem file gives it.
 *
 * @param id the caller's name for it, copied to the answer
 * @param problem ranks, speeds and host lists
 * @param loads a batch of one group: the fixed loads and the items' loads
 */
public record ProblemLine(String id, MinMaxProblem problem, MinMaxBatch loads) {}
