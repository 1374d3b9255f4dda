// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.engine.tornado;

import io.lplb.tornado.kernel.batch.BatchKernels;
import io.lplb.tornado.kernel.batch.BatchSolvers;
import io.lplb.tornado.kernel.experts.ExpertKernels;
import io.lplb.tornado.kernel.layout.LayoutKernels;
import io.lplb.tornado.kernel.layout.RoutedLayout;
import io.lplb.tornado.kernel.pipeline.CountKernels;
import io.lplb.tornado.kernel.pipeline.QuotaKernels;
import io.lplb.tornado.kernel.pipeline.RouteKernels;
import io.lplb.tornado.kernel.pipeline.SourceKernels;
import io.lplb.tornado.kernel.replica.ReplicaKernels;
import io.lplb.tornado.kernel.replica.ReplicaRoutes;
import io.lplb.tornado.kernel.solve.InteriorPointKernel;
import io.lplb.tornado.kernel.solve.RelaxationKernel;
import io.lplb.tornado.program.KernelSpec;
import java.util.Map;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task10;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task11;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task14;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task15;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task5;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task6;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task7;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task8;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task9;

/**
 * Method references of the kernels that programs name. TornadoVM takes a kernel as a method reference only, while programs must
 * not refer to TornadoVM's API.
 */
public final class KernelReferences {
    private static final Map<String, Kernel> ALL = Map.ofEntries(
            Map.entry("countBlocks", of(CountKernels::countBlocks)),
            Map.entry("sumBlocks", of(CountKernels::sumBlocks)),
            Map.entry("sumOwn", of(SourceKernels::sumOwn)),
            Map.entry("sumSources", of(SourceKernels::sumSources)),
            Map.entry("share", of(SourceKernels::share)),
            Map.entry("quotas", of(QuotaKernels::quotas)),
            Map.entry("route", of(RouteKernels::route)),
            Map.entry("countSlots", of(LayoutKernels::countSlots)),
            Map.entry("sumSlots", of(LayoutKernels::sumSlots)),
            Map.entry("placeRows", of(LayoutKernels::placeRows)),
            Map.entry("routeRows", of(RoutedLayout::routeRows)),
            Map.entry("logits", of(ExpertKernels::logits)),
            Map.entry("ExpertKernels.choose", of(ExpertKernels::choose)),
            Map.entry("gateUp", of(ExpertKernels::gateUp)),
            Map.entry("down", of(ExpertKernels::down)),
            Map.entry("combine", of(ExpertKernels::combine)),
            Map.entry("ReplicaKernels.choose", of(ReplicaKernels::choose)),
            Map.entry("sumTotals", of(ReplicaRoutes::sumTotals)),
            Map.entry("routeReplicas", of(ReplicaRoutes::routeReplicas)),
            Map.entry("packBatch", of(BatchKernels::packBatch)),
            Map.entry("certifyBatch", of(BatchKernels::certifyBatch)),
            Map.entry("interiorPointPerWarp", of(BatchSolvers::interiorPointPerWarp)),
            Map.entry("interiorPointPerFourWarps", of(BatchSolvers::interiorPointPerFourWarps)),
            Map.entry("relaxationPerWarp", of(BatchSolvers::relaxationPerWarp)),
            Map.entry("relaxationPerTwoWarps", of(BatchSolvers::relaxationPerTwoWarps)),
            Map.entry("InteriorPointKernel.perOctet", of(InteriorPointKernel::perOctet)),
            Map.entry("InteriorPointKernel.perWarp", of(InteriorPointKernel::perWarp)),
            Map.entry("InteriorPointKernel.perFourWarps", of(InteriorPointKernel::perFourWarps)),
            Map.entry("InteriorPointKernel.perEightWarps", of(InteriorPointKernel::perEightWarps)),
            Map.entry("RelaxationKernel.perOctet", of(RelaxationKernel::perOctet)),
            Map.entry("RelaxationKernel.perWarp", of(RelaxationKernel::perWarp)),
            Map.entry("RelaxationKernel.perTwoWarps", of(RelaxationKernel::perTwoWarps)));

    private KernelReferences() {}

    /** Adds a kernel with its arguments to a graph; what a program gives as {@link KernelSpec#reference}. */
    @FunctionalInterface
    public interface Kernel {
        /**
         * Adds the task.
         *
         * @param a arrays, then scalars
         */
        void addTo(TaskGraph graph, String task, KernelContext context, Object[] a);
    }

    /**
     * Finds the reference of a kernel: its own ({@link KernelSpec#reference}), or the library's.
     *
     * @throws IllegalArgumentException if there is none
     */
    static Kernel of(KernelSpec spec) {
        if (spec.reference() instanceof Kernel own) {
            return own;
        }
        String simple = spec.kernelClass().substring(spec.kernelClass().lastIndexOf('.') + 1);
        Kernel found = ALL.getOrDefault(simple + "." + spec.method(), ALL.get(spec.method()));
        if (found == null) {
            throw new IllegalArgumentException("kernel: got " + spec.kernel() + ", expected one of " + ALL.keySet());
        }
        return found;
    }

    // The arguments' types are those of the program's buffers, which the emulator's tests hold against the parameters.

    @SuppressWarnings("unchecked")
    private static <A, B, C, D, E> Kernel of(Task6<KernelContext, A, B, C, D, E> k) {
        return (graph, task, context, a) ->
                graph.task(task, k, context, (A) a[0], (B) a[1], (C) a[2], (D) a[3], (E) a[4]);
    }

    @SuppressWarnings("unchecked")
    private static <A, B, C, D> Kernel of(Task5<KernelContext, A, B, C, D> k) {
        return (graph, task, context, a) -> graph.task(task, k, context, (A) a[0], (B) a[1], (C) a[2], (D) a[3]);
    }

    @SuppressWarnings("unchecked")
    private static <A, B, C, D, E, F> Kernel of(Task7<KernelContext, A, B, C, D, E, F> k) {
        return (graph, task, context, a) ->
                graph.task(task, k, context, (A) a[0], (B) a[1], (C) a[2], (D) a[3], (E) a[4], (F) a[5]);
    }

    @SuppressWarnings("unchecked")
    private static <A, B, C, D, E, F, G> Kernel of(Task8<KernelContext, A, B, C, D, E, F, G> k) {
        return (graph, task, context, a) ->
                graph.task(task, k, context, (A) a[0], (B) a[1], (C) a[2], (D) a[3], (E) a[4], (F) a[5], (G) a[6]);
    }

    @SuppressWarnings("unchecked")
    private static <A, B, C, D, E, F, G, H> Kernel of(Task9<KernelContext, A, B, C, D, E, F, G, H> k) {
        return (graph, task, context, a) -> graph.task(
                task, k, context, (A) a[0], (B) a[1], (C) a[2], (D) a[3], (E) a[4], (F) a[5], (G) a[6], (H) a[7]);
    }

    @SuppressWarnings("unchecked")
    private static <A, B, C, D, E, F, G, H, I> Kernel of(Task10<KernelContext, A, B, C, D, E, F, G, H, I> k) {
        return (graph, task, context, a) -> graph.task(
                task, k, context, (A) a[0], (B) a[1], (C) a[2], (D) a[3], (E) a[4], (F) a[5], (G) a[6], (H) a[7],
                (I) a[8]);
    }

    @SuppressWarnings("unchecked")
    private static <A, B, C, D, E, F, G, H, I, J> Kernel of(Task11<KernelContext, A, B, C, D, E, F, G, H, I, J> k) {
        return (graph, task, context, a) -> graph.task(
                task, k, context, (A) a[0], (B) a[1], (C) a[2], (D) a[3], (E) a[4], (F) a[5], (G) a[6], (H) a[7],
                (I) a[8], (J) a[9]);
    }

    @SuppressWarnings("unchecked")
    private static <A, B, C, D, E, F, G, H, I, J, K, L, M> Kernel of(
            Task14<KernelContext, A, B, C, D, E, F, G, H, I, J, K, L, M> k) {
        return (graph, task, context, a) -> graph.task(
                task, k, context, (A) a[0], (B) a[1], (C) a[2], (D) a[3], (E) a[4], (F) a[5], (G) a[6], (H) a[7],
                (I) a[8], (J) a[9], (K) a[10], (L) a[11], (M) a[12]);
    }

    @SuppressWarnings("unchecked")
    private static <A, B, C, D, E, F, G, H, I, J, K, L, M, N> Kernel of(
            Task15<KernelContext, A, B, C, D, E, F, G, H, I, J, K, L, M, N> k) {
        return (graph, task, context, a) -> graph.task(
                task, k, context, (A) a[0], (B) a[1], (C) a[2], (D) a[3], (E) a[4], (F) a[5], (G) a[6], (H) a[7],
                (I) a[8], (J) a[9], (K) a[10], (L) a[11], (M) a[12], (N) a[13]);
    }
}
