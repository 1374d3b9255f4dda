// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.export;

import io.lplb.placement.ExpertPlacement;
import io.lplb.placement.LplbPlacement;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.PlacementProblem;
import io.lplb.solver.RelaxationSolver;
import io.lplb.solver.SplitBatch;
import io.lplb.topology.ReplicaTopology;
import io.lplb.topology.Topologies;
import io.lplb.tornado.kernel.batch.BatchLayout;
import io.lplb.tornado.pipeline.KernelStage;
import io.lplb.tornado.pipeline.TokenPipeline;
import io.lplb.tornado.program.Accuracy;
import io.lplb.tornado.program.KernelShape;
import io.lplb.tornado.program.ProblemTables;
import io.lplb.tornado.program.SourceGroup;
import io.lplb.tornado.ptx.PipelineStation;
import io.lplb.tornado.ptx.PtxKernel;
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
import org.jspecify.annotations.Nullable;

/**
 * Compiles the kernels of {@link PipelineStation} through TornadoVM, by running a pipeline and a batch once, and writes their PTX; part of
 * {@link ExportPtx}.
 */
final class ExportPipeline {
    private static final String MODULE = ".version";
    private static final int TOKENS = 1000;

    private ExportPipeline() {}

    /**
     * Writes the PTX.
     *
     * @param emitted the file to which TornadoVM appends what it compiles
     */
    static void export(Path emitted, Path folder, String version) throws IOException {
        Files.deleteIfExists(emitted);
        runOnce(null);
        runOnce(new SourceGroup(2, 0, 1));
        runBatchOnce();
        List<String> modules = Arrays.stream(Files.readString(emitted, StandardCharsets.UTF_8)
                        .split("(?=" + MODULE.replace(".", "\\.") + ")", -1))
                .filter(text -> text.startsWith(MODULE))
                .toList();
        for (PipelineStation station : PipelineStation.values()) {
            // TornadoVM's name of a kernel begins with those of graph and task, in small letters.
            String entry = ".entry " + station.entry().toLowerCase(Locale.ROOT) + "_";
            String module = modules.stream()
                    .filter(text -> text.contains(entry))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("PTX: got none of " + station.method()));
            write(station, module, folder, version);
        }
    }

    /** The smallest pipelines that have all kernels between them. Without a device nothing is computed, and its host says so. */
    private static void runOnce(@Nullable SourceGroup group) {
        ReplicaTopology topology = Topologies.parse("cube");
        ExpertPlacement placement = new LplbPlacement(topology, 8, 8 * topology.replicasPerRank(), 2).natural();
        PlacementProblem problem = PlacementProblem.of(placement, null);
        KernelStage stage = new KernelStage(RelaxationSolver.NAME, problem.problem(), problem.groups(), 1e-4);
        try (TokenPipeline pipeline = new TokenPipeline(placement, problem, TOKENS, stage, false, group)) {
            pipeline.route(new int[TOKENS], new int[TOKENS]);
        } catch (IllegalStateException notRun) {
            // Compiling is all that was wanted: a driver that only pretends to have a device runs nothing.
            System.getLogger(ExportPipeline.class.getName())
                    .log(System.Logger.Level.DEBUG, "pipeline compiled, not run", notRun);
        }
    }

    private static void runBatchOnce() {
        ProblemTables tables = new ProblemTables(ExportPtx.problem("cube"));
        KernelShape shape = KernelShape.of(RelaxationSolver.NAME, tables.problem(), 2);
        try (CertifiedPlan plan = new CertifiedPlan(tables, shape, 2, Accuracy.of(1e-4))) {
            plan.solve(new MinMaxBatch(tables.problem(), 2), 0, 2, new SplitBatch(tables.problem(), 2));
        }
    }

    private static void write(PipelineStation station, String module, Path folder, String version) throws IOException {
        PtxCode emitted = new PtxCode(module, station.entry());
        PtxCode code = station.isOfBatch() ? emitted.tuned(BatchLayout.THREADS) : emitted.withSharedBases();
        Map<String, String> header = new LinkedHashMap<>();
        header.put(PtxKernel.KERNEL, station.kernelClass() + "." + station.method());
        header.put(PtxKernel.ENTRY, station.entry());
        header.put(PtxKernel.PARAMETERS, Integer.toString(code.parameters()));
        header.put(PtxKernel.SHARED_BYTES, Integer.toString(code.sharedBytes()));
        header.put(
                PtxKernel.BYTECODE,
                BytecodeHash.of(ExportPipeline.class.getClassLoader(), station.kernelClass(), station.method()));
        header.put(PtxKernel.TORNADOVM, version);
        Files.writeString(
                folder.resolve(station.entry() + ".ptx"),
                PtxKernel.of(header, code.text()).text());
    }
}
