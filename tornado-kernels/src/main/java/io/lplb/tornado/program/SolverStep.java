// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.program;

/**
 * Solver as one step of a program: its launch, where its buffers have each number, and how many threads report a complete answer.
 * Loads and answers are multiples of the group's mean load. The input is filled on the device.
 *
 * @param launch the solver's launch, whose arrays are {@code input}, constants and {@code output}
 * @param layout places of the numbers in input and output
 * @param input buffer that an earlier step fills
 * @param output buffer that later steps read
 */
public record SolverStep(KernelSpec launch, SolveLayout layout, Buffer input, Buffer output) {
    /** Name of the launch in its program. */
    public static final String TASK = "solve";

    /** {@return the number of threads that the solver writes into its answers} */
    public int threads() {
        return launch.threads();
    }
}
