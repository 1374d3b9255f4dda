// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.export;

import io.lplb.placement.ExpertPlacement;
import io.lplb.placement.LplbPlacement;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.PlacementProblem;
import io.lplb.replica.ReplicaPlan;
import io.lplb.replica.ReplicaSettings;
import io.lplb.solver.BackendException;
import io.lplb.solver.RelaxationSolver;
import io.lplb.solver.SplitBatch;
import io.lplb.topology.ReplicaTopology;
import io.lplb.topology.Topologies;
import io.lplb.tornado.engine.tornado.TornadoProgram;
import io.lplb.tornado.kernel.batch.BatchLayout;
import io.lplb.tornado.pipeline.TokenPipeline;
import io.lplb.tornado.program.Accuracy;
import io.lplb.tornado.program.BatchProgram;
import io.lplb.tornado.program.KernelShape;
import io.lplb.tornado.program.KernelSpec;
import io.lplb.tornado.program.LayoutProgram;
import io.lplb.tornado.program.PipelineProgram;
import io.lplb.tornado.program.ProblemTables;
import io.lplb.tornado.program.Program;
import io.lplb.tornado.program.ReplicaProgram;
import io.lplb.tornado.program.ReplicaRouteProgram;
import io.lplb.tornado.program.SolverStep;
import io.lplb.tornado.program.SourceGroup;
import io.lplb.tornado.ptx.PtxKernel;
import io.lplb.tornado.replica.GpuReplicaPipeline;
import io.lplb.tornado.replica.GpuReplicaPlanner;
import io.lplb.tornado.solve.CertifiedPlan;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Compiles the kernels around the solvers through TornadoVM, by running a pipeline and a batch once, and writes their PTX; part of
 * {@link ExportPtx}.
 */
final class ExportPipeline {
    private static final String MODULE = ".version";
    private static final int TOKENS = 1000;
    private static final double TOLERANCE = 1e-4;
    private static final SourceGroup TWO_SOURCES = new SourceGroup(2, 0, 1);

    private ExportPipeline() {}

    /**
     * Writes the PTX.
     *
     * @param emitted the file to which TornadoVM appends what it compiles
     */
    static void export(Path emitted, Path folder, String version) throws IOException {
        Files.deleteIfExists(emitted);
        runOnce(null);
        runOnce(TWO_SOURCES);
        runBatchOnce();
        runReplicasOnce();
        List<String> modules = Arrays.stream(Files.readString(emitted, StandardCharsets.UTF_8)
                        .split("(?=" + MODULE.replace(".", "\\.") + ")", -1))
                .filter(text -> text.startsWith(MODULE))
                .toList();
        for (Launch launch : launches()) {
            // TornadoVM's name of a kernel begins with those of graph and task, in small letters.
            String entry = ".entry " + launch.entry().toLowerCase(Locale.ROOT) + "_";
            String module = modules.stream()
                    .filter(text -> text.contains(entry))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("PTX: got none of " + launch.entry()));
            write(launch, module, folder, version);
        }
    }

    /**
     * Launch whose kernel has one PTX for all sizes.
     *
     * @param program name of its program
     * @param spec the launch
     */
    record Launch(String program, KernelSpec spec) {
        /** Returns the kernel's name in PTX. */
        String entry() {
            return program + "_" + spec.method();
        }
    }

    /** Returns the launches around the solvers', from all programs, each kernel once. */
    static List<Launch> launches() {
        Map<String, Launch> all = new TreeMap<>();
        ExpertPlacement placement = placement();
        PlacementProblem problem = PlacementProblem.of(placement, null);
        SolverStep solver = TokenPipeline.solver(RelaxationSolver.NAME, problem.problem(), problem.groups(), TOLERANCE);
        ProblemTables tables = new ProblemTables(problem.problem());
        KernelShape shape = KernelShape.of(RelaxationSolver.NAME, problem.problem(), 2);
        for (Program program : List.of(
                new PipelineProgram(placement, problem, TOKENS, solver, true, null).program(),
                new PipelineProgram(placement, problem, TOKENS, solver, true, TWO_SOURCES).program(),
                new BatchProgram(tables, shape, 2, Accuracy.of(TOLERANCE)).program(),
                new ReplicaProgram(replicaSettings(), 2).program(),
                new ReplicaRouteProgram(replicaSettings(), TOKENS).program(),
                new LayoutProgram(2, 1, 1, 1, TOKENS, 1).program())) {
            for (KernelSpec spec : program.steps()) {
                if (spec.scalars().isEmpty()) {
                    all.put(program.name() + spec.method(), new Launch(program.name(), spec));
                }
            }
        }
        return List.copyOf(all.values());
    }

    private static ExpertPlacement placement() {
        ReplicaTopology topology = Topologies.parse("cube");
        return new LplbPlacement(topology, 8, 8 * topology.replicasPerRank(), 2).natural();
    }

    /** The smallest pipelines that have all kernels between them. Without a device nothing is computed, and its host says so. */
    private static void runOnce(@Nullable SourceGroup group) {
        ExpertPlacement placement = placement();
        PlacementProblem problem = PlacementProblem.of(placement, null);
        SolverStep stage = TokenPipeline.solver(RelaxationSolver.NAME, problem.problem(), problem.groups(), TOLERANCE);
        try (TokenPipeline pipeline = new TokenPipeline(placement, problem, TOKENS, stage, false, group)) {
            pipeline.route(new int[TOKENS], new int[TOKENS]);
        } catch (IllegalStateException notRun) {
            // Compiling is all that was wanted: a driver that only pretends to have a device runs nothing.
            System.getLogger(ExportPipeline.class.getName())
                    .log(System.Logger.Level.DEBUG, "pipeline compiled, not run", notRun);
        }
    }

    private static ReplicaSettings replicaSettings() {
        return ReplicaSettings.builder(ExpertPlacement.of(2, 2, 2, new int[] {0, 1}), 1)
                .build();
    }

    private static void runReplicasOnce() {
        try (TornadoProgram layout =
                new TornadoProgram(new LayoutProgram(2, 1, 1, 1, TOKENS, 1).program(), TOKENS, false)) {
            layout.run();
        }
        try (GpuReplicaPipeline pipeline = GpuReplicaPipeline.onTornado(replicaSettings(), TOKENS)) {
            pipeline.route(new int[TOKENS], new int[TOKENS], null, new ReplicaPlan(replicaSettings()));
        } catch (BackendException notRun) {
            System.getLogger(ExportPipeline.class.getName())
                    .log(System.Logger.Level.DEBUG, "replicas compiled, not run", notRun);
        }
        try (GpuReplicaPlanner planner = GpuReplicaPlanner.onTornado(replicaSettings(), 2)) {
            planner.plan(new int[4], null, new ReplicaPlan(replicaSettings()));
        } catch (BackendException notRun) {
            System.getLogger(ExportPipeline.class.getName())
                    .log(System.Logger.Level.DEBUG, "replicas compiled, not run", notRun);
        }
    }

    private static void runBatchOnce() {
        ProblemTables tables = new ProblemTables(ExportPtx.problem("cube"));
        KernelShape shape = KernelShape.of(RelaxationSolver.NAME, tables.problem(), 2);
        try (CertifiedPlan plan = new CertifiedPlan(tables, shape, 2, Accuracy.of(1e-4))) {
            plan.solve(new MinMaxBatch(tables.problem(), 2), 0, 2, new SplitBatch(tables.problem(), 2));
        }
    }

    private static void write(Launch launch, String module, Path folder, String version) throws IOException {
        KernelSpec spec = launch.spec();
        PtxCode emitted = new PtxCode(module, launch.entry());
        PtxCode code = launch.program().equals(BatchProgram.NAME)
                ? emitted.tuned(BatchLayout.THREADS)
                : emitted.withSharedBases();
        Map<String, String> header = new LinkedHashMap<>();
        header.put(PtxKernel.KERNEL, spec.kernel());
        header.put(PtxKernel.ENTRY, launch.entry());
        header.put(PtxKernel.PARAMETERS, Integer.toString(code.parameters()));
        header.put(PtxKernel.SHARED_BYTES, Integer.toString(code.sharedBytes()));
        header.put(
                PtxKernel.BYTECODE,
                BytecodeHash.of(ExportPipeline.class.getClassLoader(), spec.kernelClass(), spec.method()));
        header.put(PtxKernel.TORNADOVM, version);
        Files.writeString(
                folder.resolve(launch.entry() + ".ptx"),
                PtxKernel.of(header, code.text()).text());
    }
}
