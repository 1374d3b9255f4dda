// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.pipeline;

import io.lplb.tornado.kernel.pipeline.CountKernels;
import io.lplb.tornado.kernel.pipeline.PipelineLayout;
import io.lplb.tornado.kernel.pipeline.QuotaKernels;
import io.lplb.tornado.kernel.pipeline.RouteKernels;
import io.lplb.tornado.kernel.pipeline.SourceKernels;
import io.lplb.tornado.kernel.pipeline.SourceLayout;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;

/** The tasks of a {@link TokenPipeline} in their order, with what each of them reads and writes. */
final class PipelineTasks {
    private static final String GRAPH = "pipeline";

    private final PipelineBuffers buffers;
    private final @Nullable SourceBuffers source;
    private final SolveStage stage;

    PipelineTasks(PipelineBuffers buffers, @Nullable SourceBuffers source, SolveStage stage) {
        this.buffers = buffers;
        this.source = source;
        this.stage = stage;
    }

    /** Builds the graph and its grids. */
    TaskGraph graph(int experts, int groups, int blocks, GridScheduler grids) {
        KernelContext context = new KernelContext();
        TaskGraph graph = new TaskGraph(GRAPH)
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, buffers.sizes(), buffers.ids())
                .transferToDevice(
                        DataTransferMode.FIRST_EXECUTION,
                        buffers.counts(),
                        buffers.place(),
                        buffers.loadTable(),
                        buffers.strides(),
                        buffers.loads(),
                        buffers.speed(),
                        buffers.quotaTable(),
                        buffers.plan(),
                        buffers.slots(),
                        stage.output(),
                        buffers.out(),
                        buffers.physical())
                .transferToDevice(DataTransferMode.FIRST_EXECUTION, stage.constants());
        SourceBuffers mine = source;
        if (mine != null) {
            graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, mine.all())
                    .transferToDevice(
                            DataTransferMode.FIRST_EXECUTION,
                            mine.table(),
                            mine.state(),
                            mine.signal(),
                            mine.scratch(),
                            mine.own());
        }
        graph.task(
                "countBlocks",
                CountKernels::countBlocks,
                context,
                buffers.sizes(),
                buffers.ids(),
                buffers.counts(),
                buffers.place());
        if (mine == null) {
            graph.task(
                    "sumBlocks",
                    CountKernels::sumBlocks,
                    context,
                    buffers.sizes(),
                    buffers.counts(),
                    buffers.loadTable(),
                    buffers.strides(),
                    buffers.loads(),
                    stage.input(),
                    buffers.speed(),
                    buffers.plan(),
                    buffers.out());
        } else {
            sumSources(graph, context, mine);
        }
        stage.addTo(graph, grids, "solve");
        graph.task(
                "quotas",
                QuotaKernels::quotas,
                context,
                buffers.sizes(),
                buffers.quotaTable(),
                stage.output(),
                buffers.loads(),
                buffers.speed(),
                buffers.plan(),
                buffers.out());
        if (mine != null) {
            share(graph, context, mine);
        }
        graph.task(
                        "route",
                        RouteKernels::route,
                        context,
                        buffers.sizes(),
                        buffers.ids(),
                        buffers.counts(),
                        buffers.place(),
                        mine == null ? buffers.plan() : mine.own(),
                        buffers.slots(),
                        buffers.out(),
                        buffers.physical())
                .transferToHost(DataTransferMode.EVERY_EXECUTION, buffers.out(), buffers.physical());
        if (mine != null) {
            graph.transferToHost(DataTransferMode.EVERY_EXECUTION, mine.signal());
            grid(grids, "sumOwn", 1, PipelineLayout.SUM_THREADS);
            grid(grids, "sumSources", 1, PipelineLayout.SUM_THREADS);
            grid(grids, "share", Math.ceilDiv(experts, SourceLayout.SHARE_THREADS), SourceLayout.SHARE_THREADS);
        } else {
            grid(grids, "sumBlocks", 1, PipelineLayout.SUM_THREADS);
        }
        grid(grids, "countBlocks", blocks, PipelineLayout.countThreads(experts));
        grid(grids, "quotas", groups, PipelineLayout.QUOTA_THREADS);
        grid(grids, "route", blocks, PipelineLayout.BLOCK_IDS);
        return graph;
    }

    private void sumSources(TaskGraph graph, KernelContext context, SourceBuffers mine) {
        graph.task(
                        "sumOwn",
                        SourceKernels::sumOwn,
                        context,
                        buffers.sizes(),
                        buffers.counts(),
                        mine.all(),
                        mine.state(),
                        mine.signal(),
                        buffers.out())
                .task(
                        "sumSources",
                        SourceKernels::sumSources,
                        context,
                        buffers.sizes(),
                        mine.all(),
                        buffers.loadTable(),
                        buffers.strides(),
                        buffers.loads(),
                        stage.input(),
                        buffers.speed(),
                        buffers.plan(),
                        mine.state(),
                        mine.signal());
    }

    private void share(TaskGraph graph, KernelContext context, SourceBuffers mine) {
        graph.task(
                "share",
                SourceKernels::share,
                context,
                buffers.sizes(),
                mine.all(),
                mine.table(),
                buffers.strides(),
                buffers.plan(),
                mine.state(),
                mine.scratch(),
                mine.own());
    }

    private static void grid(GridScheduler grids, String task, int workGroups, int threads) {
        WorkerGrid grid = new WorkerGrid1D(workGroups * threads);
        grid.setLocalWork(threads, 1, 1);
        grids.addWorkerGrid(GRAPH + "." + task, grid);
    }
}
