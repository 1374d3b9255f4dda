// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.export;

import io.lplb.placement.LplbPlacement;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.problem.PlacementProblem;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.RelaxationSolver;
import io.lplb.topology.ReplicaTopology;
import io.lplb.topology.Topologies;
import io.lplb.tornado.program.Accuracy;
import io.lplb.tornado.program.KernelShape;
import io.lplb.tornado.program.KernelSize;
import io.lplb.tornado.program.ProblemTables;
import io.lplb.tornado.ptx.PtxKernel;
import io.lplb.tornado.ptx.PtxLibrary;
import io.lplb.tornado.solve.FusedPlan;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Compiles the fused kernels through TornadoVM and writes their PTX, for the topologies that are named; a tool of the
 * build, called by {@code tornado-kernels/export-ptx.sh}.
 *
 * <p>Needs TornadoVM's arguments, {@code -Dtornado.printKernel=true}, and {@code -Dtornado.print.kernel.dir=FILE}: TornadoVM
 * appends to that file what it compiles, and this program takes it from there.
 */
public final class ExportPtx {
    /** A goal whose literal occurs in no kernel by itself. */
    static final float GOAL = 5.4321e-5f;

    private static final List<String> SOLVERS = List.of(InteriorPointSolver.NAME, RelaxationSolver.NAME);

    /** Up to this many groups, in powers of two, the choice of the kernel is looked at. */
    private static final int MOST_GROUPS = 1 << 20;

    private final Path emitted;
    private final Path folder;
    private final String version;
    private final List<PtxLibrary.Line> lines = new ArrayList<>();

    private ExportPtx(Path emitted, Path folder, String version) {
        this.emitted = emitted;
        this.folder = folder;
        this.version = version;
    }

    /**
     * Writes PTX.
     *
     * @param args folder to write to, TornadoVM's version, topologies and sizes
     */
    public static void main(String[] args) throws IOException {
        if (args.length < 3) {
            throw new IllegalArgumentException(
                    "got " + args.length + " arguments, expected FOLDER VERSION TOPOLOGY|SIZE...");
        }
        ExportPtx export =
                new ExportPtx(Path.of(System.getProperty("tornado.print.kernel.dir")), Path.of(args[0]), args[1]);
        Files.createDirectories(export.folder);
        for (int k = 2; k < args.length; k++) {
            export.problems(args[k]);
        }
        StringBuilder index = new StringBuilder();
        export.lines.forEach(line -> index.append(line).append('\n'));
        Files.writeString(export.folder.resolve(PtxLibrary.INDEX), index);
        ExportPipeline.export(export.emitted, export.folder, export.version);
    }

    /** Returns the problem of a topology: every rank with as many replica slots as the topology has sets. */
    public static MinMaxProblem problem(String topology) {
        ReplicaTopology t = Topologies.parse(topology);
        int ranks = t.groupSize();
        LplbPlacement placement = new LplbPlacement(t, ranks, ranks * t.replicasPerRank(), t.replicasPerRank());
        return PlacementProblem.of(placement.natural(), null).problem();
    }

    /** Returns the kernels that a solver uses for so many ranks, each with the least number of groups. */
    static Map<KernelShape, Integer> kernels(String solver, int ranks) {
        Map<KernelShape, Integer> result = new LinkedHashMap<>();
        for (int groups = 1; groups <= MOST_GROUPS; groups *= 2) {
            result.putIfAbsent(KernelShape.of(solver, ranks, groups), groups);
        }
        return result;
    }

    private static boolean holds(String solver, int ranks) {
        return ranks <= KernelShape.MAX_INTERIOR_POINT_RANKS || solver.equals(RelaxationSolver.NAME);
    }

    /** A topology's own size, or a size by its numbers, which holds an item of two hosts. */
    private void problems(String name) throws IOException {
        ProblemTables tables = name.startsWith("r") && name.contains("-")
                ? new ProblemTables(MinMaxProblem.of(2, new int[][] {{0, 1}})).in(KernelSize.parse(name))
                : new ProblemTables(problem(name));
        for (String solver : SOLVERS) {
            if (!holds(solver, tables.size().ranks())) {
                continue;
            }
            for (Map.Entry<KernelShape, Integer> kernel :
                    kernels(solver, tables.size().ranks()).entrySet()) {
                export(name, solver, tables, kernel.getKey(), kernel.getValue());
            }
        }
    }

    private void export(String example, String solver, ProblemTables tables, KernelShape kernel, int leastGroups)
            throws IOException {
        kernel.requireFits(tables);
        KernelSize size = tables.size();
        String name = solver.replace('-', '_') + "_" + kernel.method() + "_"
                + size.toString().replace('-', '_');
        PtxCode code = new PtxCode(emit(tables, kernel), name).tuned(kernel.threads());
        requireGoal(code, name);
        Map<String, String> header = new LinkedHashMap<>();
        header.put(PtxKernel.KERNEL, kernel.kernelClass() + "." + kernel.method());
        header.put(PtxKernel.ENTRY, name);
        header.put(PtxKernel.SOLVER, solver);
        header.put(PtxKernel.SHAPE, size.toString());
        header.put("example", example);
        header.put(PtxKernel.LEAST_GROUPS, Integer.toString(leastGroups));
        header.put(PtxKernel.THREADS, Integer.toString(kernel.threads()));
        header.put(PtxKernel.PROBLEMS, Integer.toString(kernel.problems()));
        header.put(PtxKernel.PARAMETERS, Integer.toString(code.parameters()));
        header.put(PtxKernel.GOAL, Float.toString(GOAL));
        header.put(PtxKernel.SHARED_BYTES, Integer.toString(code.sharedBytes()));
        header.put(
                PtxKernel.BYTECODE,
                BytecodeHash.of(ExportPtx.class.getClassLoader(), kernel.kernelClass(), kernel.method()));
        header.put(PtxKernel.TORNADOVM, version);
        PtxLibrary.Line line = new PtxLibrary.Line(solver, size, leastGroups, name + ".ptx");
        Files.writeString(
                folder.resolve(line.file()), PtxKernel.of(header, code.text()).text());
        lines.add(line);
    }

    /** Has a kernel compiled by executing it once. */
    private String emit(ProblemTables tables, KernelShape kernel) throws IOException {
        Files.deleteIfExists(emitted);
        try (FusedPlan plan = new FusedPlan(tables, kernel, 1, new Accuracy(GOAL, GOAL))) {
            plan.execute(new MinMaxBatch(tables.problem(), 1), 0, 1);
        }
        return Files.readString(emitted, StandardCharsets.UTF_8);
    }

    /** The goal must stand in the code as it is, or it could not be replaced. */
    private static void requireGoal(PtxCode code, String name) {
        int count = code.count(PtxKernel.literal(GOAL));
        if (count < 1) {
            throw new IllegalStateException(name + ": got no literal of the goal, expected some");
        }
    }
}
