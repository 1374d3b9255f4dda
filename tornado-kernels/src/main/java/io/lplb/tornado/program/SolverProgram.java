// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.program;

import io.lplb.tornado.kernel.solve.SolverLayout;
import io.lplb.tornado.program.Buffer.Element;
import io.lplb.tornado.program.Buffer.Kind;
import java.util.List;

/**
 * Program of one solver kernel, for problem batches that the host packs and certifies; {@link
 * io.lplb.tornado.kernel.solve.SolverLayout} draws input and output.
 *
 * <p>The size of a run is its number of groups.
 */
public final class SolverProgram {
    private static final String NAME = "lplb";

    private final Program program;
    private final SolverStep solver;

    /**
     * Declares the program.
     *
     * @param tables tables of the problem in the size of the kernel
     * @param capacity most groups of a run
     */
    public SolverProgram(ProblemTables tables, KernelShape shape, int capacity) {
        solver = step(
                tables,
                shape,
                Buffer.zeros("in", Kind.INPUT, Element.FLOAT, PackedLayout.inWords(tables.size(), capacity)),
                Buffer.zeros("out", Kind.OUTPUT, Element.FLOAT, PackedLayout.outWords(tables.size(), capacity)));
        program = new Program(NAME, List.of(solver.launch()));
    }

    /**
     * Declares a solver's launch between the steps of a larger program, with buffers that kernels fill.
     *
     * @param goal gap at which the kernel stops, as a fraction of the mean load
     */
    public static SolverStep step(ProblemTables tables, KernelShape shape, int groups, float goal) {
        return step(tables, shape, groups, goal, Kind.STATE);
    }

    /** The same; {@code kind} is that of the solver's input and output. */
    static SolverStep step(ProblemTables tables, KernelShape shape, int groups, float goal, Kind kind) {
        float[] in = new float[PackedLayout.inWords(tables.size(), groups)];
        in[SolverLayout.COUNT] = groups;
        in[SolverLayout.GOAL] = goal;
        return step(
                tables,
                shape,
                Buffer.floats("in", kind, in),
                Buffer.zeros("solved", kind, Element.FLOAT, PackedLayout.outWords(tables.size(), groups)));
    }

    private static SolverStep step(ProblemTables tables, KernelShape shape, Buffer in, Buffer out) {
        KernelSpec launch = new KernelSpec(
                SolverStep.TASK,
                shape.kernelClass(),
                shape.method(),
                List.of(
                        in,
                        Buffer.ints("table", Kind.CONSTANT, tables.tableWords()),
                        Buffer.floats("speed", Kind.CONSTANT, tables.speeds()),
                        out),
                List.of(tables.size().code()),
                shape.threads(),
                shape::workGroups,
                null);
        return new SolverStep(launch, new PackedLayout(tables), in, out);
    }

    /** {@return the program} */
    public Program program() {
        return program;
    }

    /** {@return the packed input} */
    public Buffer in() {
        return solver.input();
    }

    /** {@return the packed output} */
    public Buffer out() {
        return solver.output();
    }
}
