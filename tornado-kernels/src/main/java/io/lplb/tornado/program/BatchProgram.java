// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.program;

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
 * <p>The size of a run is its number of groups.
 */
public final class BatchProgram {
    /** Name of the program. */
    public static final String NAME = "batch";

    /** Names of the PTX of packing and certifying. */
    public static final String PACK_PTX = NAME + "_packBatch.ptx";

    public static final String CERTIFY_PTX = NAME + "_certifyBatch.ptx";

    private static final String KERNELS = "batch.BatchKernels";

    private final ProblemTables tables;
    private final Program program;
    private final SolverStep solver;
    private final Buffer fixed;
    private final Buffer load;
    private final Buffer stamps;
    private final Buffer held;
    private final Buffer fractions;
    private final Buffer reports;

    /**
     * Declares the program.
     *
     * @param tables tables of the problem in the size of the solver's kernel
     * @param capacity most groups of a run
     */
    public BatchProgram(ProblemTables tables, KernelShape shape, int capacity, Accuracy accuracy) {
        this.tables = tables;
        MinMaxProblem problem = tables.problem();
        solver = SolverProgram.step(tables, shape, capacity, accuracy.goal());
        Buffer sizes = Buffer.ints("sizes", Kind.CONSTANT, BatchTables.sizes(tables, shape.threads()));
        Buffer order = Buffer.ints("order", Kind.CONSTANT, BatchTables.order(tables));
        Buffer numbers = Buffer.doubles("numbers", Kind.CONSTANT, BatchTables.numbers(problem, accuracy.tolerance()));
        fixed = doubles("fixed", Kind.INPUT, Math.multiplyExact(capacity, problem.ranks()));
        load = doubles("load", Kind.INPUT, Math.multiplyExact(capacity, problem.items()));
        stamps = doubles("stamps", Kind.INPUT, capacity);
        held = doubles("held", Kind.STATE, BatchTables.heldWords(problem, capacity));
        fractions = Buffer.zeros(
                "fractions",
                Kind.STATE_OUTPUT,
                Element.FLOAT,
                Math.max(BatchTables.fractionWords(problem, capacity), 1));
        reports = doubles("reports", Kind.STATE_OUTPUT, BatchTables.reportWords(capacity));
        Buffer table = solver.launch().arrays().get(1);
        IntUnaryOperator groups = count -> count;
        program = new Program(
                NAME,
                List.of(
                        KernelSpec.of(
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
                                solver.output()),
                        solver.launch(),
                        KernelSpec.of(
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
                                reports)));
    }

    private static Buffer doubles(String name, Kind kind, int length) {
        return Buffer.zeros(name, kind, Element.DOUBLE, Math.max(length, 1));
    }

    /** {@return the program: pack, solve, certify} */
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

    /** {@return loads that the device keeps for certifying} */
    public Buffer held() {
        return held;
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
