// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.export;

import io.lplb.placement.ExpertPlacement;
import io.lplb.placement.LplbPlacement;
import io.lplb.problem.PlacementProblem;
import io.lplb.replica.ReplicaSettings;
import io.lplb.solver.RelaxationSolver;
import io.lplb.topology.ReplicaTopology;
import io.lplb.topology.Topologies;
import io.lplb.tornado.pipeline.TokenPipeline;
import io.lplb.tornado.program.Accuracy;
import io.lplb.tornado.program.BatchProgram;
import io.lplb.tornado.program.ExpertProgram;
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
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Launches whose kernels are shipped once for all sizes: those of all programs but the solvers'. */
final class ExportPipeline {
    private static final int TOKENS = 1000;
    private static final double TOLERANCE = 1e-4;
    private static final SourceGroup TWO_SOURCES = new SourceGroup(2, 0, 1);

    private ExportPipeline() {}

    /**
     * Launch whose kernel has one PTX for all sizes.
     *
     * @param program its program
     * @param spec the launch
     */
    record Launch(Program program, KernelSpec spec) {
        /** Returns the kernel's name in PTX. */
        String entry() {
            return program.name() + "_" + spec.method();
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
                new BatchProgram(tables, shape, 2, Accuracy.of(TOLERANCE), false).program(),
                new ReplicaProgram(replicaSettings(), 2).program(),
                new ReplicaRouteProgram(replicaSettings(), TOKENS).program(),
                new LayoutProgram(2, 1, 1, 1, TOKENS, 1).program(),
                new PipelineProgram(
                                placement, problem, TOKENS, solver, true, null, false, new LayoutProgram.Shape(1, 1, 1))
                        .program(),
                experts().gate(),
                experts().experts())) {
            for (KernelSpec spec : program.steps()) {
                if (spec.scalars().isEmpty()) {
                    all.put(program.name() + spec.method(), new Launch(program, spec));
                }
            }
        }
        return List.copyOf(all.values());
    }

    private static ExpertPlacement placement() {
        ReplicaTopology topology = Topologies.parse("cube");
        return new LplbPlacement(topology, 8, 8 * topology.replicasPerRank(), 2).natural();
    }

    private static ExpertProgram experts() {
        return new ExpertProgram(
                new ExpertProgram.Shape(1, 1, 1, 1, true),
                new ExpertProgram.Weights(new float[1], new float[2], new float[1]),
                TOKENS,
                new int[1]);
    }

    private static ReplicaSettings replicaSettings() {
        return ReplicaSettings.builder(ExpertPlacement.of(2, 2, 2, new int[] {0, 1}), 1)
                .build();
    }
}
