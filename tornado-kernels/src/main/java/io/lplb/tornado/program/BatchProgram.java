// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.program;

import io.lplb.array.ArrayLength;
import io.lplb.problem.MinMaxProblem;
import io.lplb.tornado.kernel.batch.BatchLayout;
import io.lplb.tornado.program.Buffer.Element;
import io.lplb.tornado.program.Buffer.Kind;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * Program of a problem batch that the device packs, solves and certifies; {@link BatchLayout} draws the buffers.
 *
 * <pre>
 *   fixed, load, stamps --packBatch--&gt; in --solve--&gt; solved --certifyBatch--&gt; fractions, reports
 * </pre>
 *
 * <p>One launch where a kernel does all three ({@link KernelShape#hasBatchKernel}), otherwise three. The size of a run is its number of
 * groups.
 */
public final class BatchProgram {
    /** Name of the program. */
    public static final String NAME = "batch";

    /** Names of the PTX of packing and certifying. */
    public static final String PACK_PTX = NAME + "_packBatch.ptx";

    public static final String CERTIFY_PTX = NAME + "_certifyBatch.ptx";

    /** Task of the launch that packs, solves and certifies. */
    public static final String TOGETHER = "together";

    private static final String KERNELS = "batch.BatchKernels";
    private static final String SOLVERS = "io.lplb.tornado.kernel.batch.BatchSolvers";

    private final ProblemTables tables;
    private final Program program;
    private final SolverStep solver;
    private final Buffer fixed;
    private final Buffer load;
    private final Buffer stamps;
    private final Buffer fractions;
    private final Buffer reports;

    /**
     * Declares the program.
     *
     * @param tables tables of the problem in the size of the solver's kernel
     * @param capacity most groups of a run
     */
    public BatchProgram(ProblemTables tables, KernelShape shape, int capacity, Accuracy accuracy) {
        this(tables, shape, capacity, accuracy, shape.hasBatchKernel(tables.size()));
    }

    /**
     * Declares the program with one launch or three.
     *
     * @param together whether one kernel packs, solves and certifies; only where there is one
     */
    public BatchProgram(ProblemTables tables, KernelShape shape, int capacity, Accuracy accuracy, boolean together) {
        this.tables = tables;
        MinMaxProblem problem = tables.problem();
        solver = SolverProgram.step(tables, shape, capacity, accuracy.goal(), together ? Kind.READ_STATE : Kind.STATE);
        fixed = doubles("fixed", Kind.INPUT, ArrayLength.of(capacity, "groups", problem.ranks(), "ranks"));
        load = doubles("load", Kind.INPUT, ArrayLength.of(capacity, "groups", problem.items(), "items"));
        stamps = doubles("stamps", Kind.INPUT, capacity);
        fractions = Buffer.zeros(
                "fractions", Kind.OUTPUT, Element.FLOAT, Math.max(BatchTables.fractionWords(problem, capacity), 1));
        reports = doubles("reports", Kind.OUTPUT, BatchTables.reportWords(capacity));
        Buffer sizes = Buffer.ints("sizes", Kind.CONSTANT, BatchTables.sizes(tables, shape.threads()));
        Buffer order = Buffer.ints("order", Kind.CONSTANT, BatchTables.order(tables));
        Buffer numbers = Buffer.doubles("numbers", Kind.CONSTANT, BatchTables.numbers(problem, accuracy.tolerance()));
        Buffer table = solver.launch().arrays().get(1);
        Buffer speed = solver.launch().arrays().get(2);
        IntUnaryOperator groups = count -> count;
        if (together) {
            List<Buffer> arrays = List.of(
                    sizes,
                    order,
                    numbers,
                    fixed,
                    load,
                    stamps,
                    solver.input(),
                    table,
                    speed,
                    solver.output(),
                    fractions,
                    reports);
            program = new Program(
                    NAME,
                    List.of(new KernelSpec(
                            TOGETHER,
                            SOLVERS,
                            shape.batchMethod(),
                            arrays,
                            solver.launch().scalars(),
                            shape.threads(),
                            groups,
                            null)));
            return;
        }
        Buffer held = doubles("held", Kind.WORK, BatchTables.heldWords(problem, capacity));
        KernelSpec pack = KernelSpec.of(
                KERNELS,
                "packBatch",
                BatchLayout.THREADS,
                groups,
                sizes,
                order,
                numbers,
                fixed,
                load,
                stamps,
                held,
                solver.input(),
                solver.output());
        KernelSpec certify = KernelSpec.of(
                KERNELS,
                "certifyBatch",
                BatchLayout.THREADS,
                groups,
                sizes,
                table,
                order,
                numbers,
                held,
                solver.output(),
                fractions,
                reports);
        program = new Program(NAME, List.of(pack, solver.launch(), certify));
    }

    private static Buffer doubles(String name, Kind kind, int length) {
        return Buffer.zeros(name, kind, Element.DOUBLE, Math.max(length, 1));
    }

    /** {@return the program} */
    public Program program() {
        return program;
    }

    /** {@return the tables that the program was made with} */
    public ProblemTables tables() {
        return tables;
    }

    /** {@return loads of the ranks, [group][ranks]} */
    public Buffer fixed() {
        return fixed;
    }

    /** {@return loads of the items, [group][items]} */
    public Buffer load() {
        return load;
    }

    /** {@return the launch's number, once per group} */
    public Buffer stamps() {
        return stamps;
    }

    /** {@return the solver's input} */
    public Buffer in() {
        return solver.input();
    }

    /** {@return the solver's output} */
    public Buffer out() {
        return solver.output();
    }

    /** {@return fractions of the items} */
    public Buffer fractions() {
        return fractions;
    }

    /** {@return reports of the groups} */
    public Buffer reports() {
        return reports;
    }
}
