// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.export;

import io.lplb.placement.LplbPlacement;
import io.lplb.problem.MinMaxProblem;
import io.lplb.problem.PlacementProblem;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.RelaxationSolver;
import io.lplb.topology.ReplicaTopology;
import io.lplb.topology.Topologies;
import io.lplb.tornado.engine.tornado.TornadoProgram;
import io.lplb.tornado.program.Accuracy;
import io.lplb.tornado.program.BatchProgram;
import io.lplb.tornado.program.KernelShape;
import io.lplb.tornado.program.KernelSize;
import io.lplb.tornado.program.KernelSpec;
import io.lplb.tornado.program.ProblemTables;
import io.lplb.tornado.program.Program;
import io.lplb.tornado.program.SolverProgram;
import io.lplb.tornado.ptx.PtxKernel;
import io.lplb.tornado.ptx.PtxLibrary;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Compiles kernels through TornadoVM's CUDA backend to CUDA C, and that through NVIDIA's compiler to the PTX that is shipped; a tool of the
 * build, called by {@code tornado-kernels/export-ptx.sh}.
 *
 * <p>Needs TornadoVM's arguments, {@code -Dtornado.printKernel=true}, {@code -Dtornado.logger.buildlir=true}, and
 * {@code -Dtornado.print.kernel.dir=FILE}: TornadoVM appends to that file what it compiles. Kernels are compiled by running them once on a driver that only pretends to have a device, so that no input
 * matters.
 */
public final class ExportPtx {
    private static final List<String> SOLVERS = List.of(InteriorPointSolver.NAME, RelaxationSolver.NAME);

    /** Up to this many groups, in powers of two, the choice of the kernel is looked at. */
    private static final int MOST_GROUPS = 1 << 20;

    private static final Accuracy ANY = Accuracy.of(1e-4);

    private final Path emitted;
    private final Path folder;
    private final String version;
    private final List<PtxLibrary.Line> lines = new ArrayList<>();
    private final List<Future<?>> written = new ArrayList<>();
    private final ExecutorService compilers =
            Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());

    private ExportPtx(Path emitted, Path folder, String version) {
        this.emitted = emitted;
        this.folder = folder;
        this.version = version;
    }

    /**
     * Writes PTX.
     *
     * @param args folder to write to, TornadoVM's version, topologies and sizes of the solvers; the other kernels are written if there is
     *     {@code others} among them
     */
    public static void main(String[] args) throws IOException, InterruptedException, ExecutionException {
        if (args.length < 3) {
            throw new IllegalArgumentException(
                    "got " + args.length + " arguments, expected FOLDER VERSION TOPOLOGY|SIZE|others...");
        }
        ExportPtx export =
                new ExportPtx(Path.of(System.getProperty("tornado.print.kernel.dir")), Path.of(args[0]), args[1]);
        try {
            Files.createDirectories(export.folder);
            for (int k = 2; k < args.length; k++) {
                if (args[k].equals("others")) {
                    export.others();
                } else {
                    export.problems(args[k]);
                }
            }
            for (Future<?> file : export.written) {
                file.get();
            }
        } finally {
            export.compilers.shutdownNow();
        }
        export.writeIndex();
    }

    /** Adds what was exported to the list of kernels, in the place of earlier exports of the same. */
    private void writeIndex() throws IOException {
        Path index = folder.resolve(PtxLibrary.INDEX);
        Map<String, PtxLibrary.Line> all = new LinkedHashMap<>();
        if (Files.exists(index)) {
            Files.readAllLines(index).stream().map(PtxLibrary.Line::parse).forEach(line -> all.put(line.file(), line));
        }
        lines.forEach(line -> all.put(line.file(), line));
        Files.write(index, all.values().stream().map(PtxLibrary.Line::toString).toList());
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
        Map<String, String> header = new LinkedHashMap<>();
        header.put(PtxKernel.SOLVER, solver);
        header.put(PtxKernel.SHAPE, size.toString());
        header.put("example", example);
        header.put(PtxKernel.LEAST_GROUPS, Integer.toString(leastGroups));
        header.put(PtxKernel.THREADS, Integer.toString(kernel.threads()));
        header.put(PtxKernel.PROBLEMS, Integer.toString(kernel.problems()));
        Program alone = new SolverProgram(tables, kernel, 1).program();
        write(alone, alone.steps().get(0), name, header, true);
        lines.add(new PtxLibrary.Line(solver, size, leastGroups, name + ".ptx"));
        if (kernel.hasBatchKernel(size)) {
            Program batch = new BatchProgram(tables, kernel, 1, ANY).program();
            write(batch, batch.steps().get(0), "batch_" + name, header, true);
        }
    }

    private void others() throws IOException {
        for (ExportPipeline.Launch launch : ExportPipeline.launches()) {
            boolean stamps = launch.spec().method().equals("certifyBatch");
            write(launch.program(), launch.spec(), launch.entry(), Map.of(), stamps);
        }
    }

    /** Has a program's kernels compiled by TornadoVM, and returns what its compiler prints meanwhile. */
    private static String compile(Program program) {
        PrintStream console = System.out;
        ByteArrayOutputStream trace = new ByteArrayOutputStream();
        System.setOut(new PrintStream(trace, true, StandardCharsets.UTF_8));
        try (TornadoProgram compiled = new TornadoProgram(program, 1, false)) {
            compiled.run();
        } finally {
            System.setOut(console);
        }
        return trace.toString(StandardCharsets.UTF_8);
    }

    /** Has a program's kernels compiled by TornadoVM, checks one, and leaves it to NVIDIA's compiler. */
    private void write(Program program, KernelSpec spec, String name, Map<String, String> more, boolean stamps)
            throws IOException {
        Files.deleteIfExists(emitted);
        String trace = compile(program);
        CudaSource source = CudaSource.find(Files.readString(emitted, StandardCharsets.UTF_8), spec.method(), trace);
        FallThroughGate.check(name, source.emitted());
        CompileOptions options = CompileOptions.of(spec);
        String text = source.toCompile(name, spec, stamps, options);
        Path work = emitted.resolveSibling("nvcc");
        Files.createDirectories(work);
        written.add(compilers.submit(() -> {
            String code = Nvcc.ptx(work, name, text, options);
            Map<String, String> header = new LinkedHashMap<>();
            header.put(PtxKernel.KERNEL, spec.kernel());
            header.put(PtxKernel.ENTRY, name);
            header.putAll(more);
            header.put(PtxKernel.PARAMETERS, Integer.toString(Nvcc.parameters(code)));
            header.put(PtxKernel.SHARED_BYTES, Integer.toString(Nvcc.sharedBytes(code)));
            header.put(
                    PtxKernel.BYTECODE,
                    BytecodeHash.of(ExportPtx.class.getClassLoader(), spec.kernelClass(), spec.method()));
            header.put(PtxKernel.TORNADOVM, version);
            Files.writeString(
                    folder.resolve(name + ".ptx"), PtxKernel.of(header, code).text());
            return name;
        }));
    }
}
