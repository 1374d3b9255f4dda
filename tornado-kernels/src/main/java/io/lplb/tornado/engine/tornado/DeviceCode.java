// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.engine.tornado;

import io.lplb.tornado.kernel.InitialValues;
import io.lplb.tornado.kernel.ProbeKernel;
import io.lplb.tornado.kernel.batch.BatchKernels;
import io.lplb.tornado.kernel.batch.BatchLayout;
import io.lplb.tornado.kernel.batch.BatchSolvers;
import io.lplb.tornado.kernel.batch.GroupCertificate;
import io.lplb.tornado.kernel.batch.GroupPacking;
import io.lplb.tornado.kernel.batch.GroupTile;
import io.lplb.tornado.kernel.batch.Sums;
import io.lplb.tornado.kernel.experts.EightFloats;
import io.lplb.tornado.kernel.experts.ExpertKernels;
import io.lplb.tornado.kernel.experts.ExpertSizes;
import io.lplb.tornado.kernel.experts.RowProduct;
import io.lplb.tornado.kernel.layout.LayoutKernels;
import io.lplb.tornado.kernel.layout.LayoutSizes;
import io.lplb.tornado.kernel.layout.RankBits;
import io.lplb.tornado.kernel.layout.RoutedLayout;
import io.lplb.tornado.kernel.layout.SlotScan;
import io.lplb.tornado.kernel.pipeline.BlockSums;
import io.lplb.tornado.kernel.pipeline.CountKernels;
import io.lplb.tornado.kernel.pipeline.ExpertLoads;
import io.lplb.tornado.kernel.pipeline.PipelineLayout;
import io.lplb.tornado.kernel.pipeline.PipelineSizes;
import io.lplb.tornado.kernel.pipeline.QuotaKernels;
import io.lplb.tornado.kernel.pipeline.QuotaRepair;
import io.lplb.tornado.kernel.pipeline.QuotaTable;
import io.lplb.tornado.kernel.pipeline.RouteKernels;
import io.lplb.tornado.kernel.pipeline.SourceKernels;
import io.lplb.tornado.kernel.pipeline.SourceLayout;
import io.lplb.tornado.kernel.pipeline.SourceShare;
import io.lplb.tornado.kernel.pipeline.SpreadCount;
import io.lplb.tornado.kernel.pipeline.TokenIds;
import io.lplb.tornado.kernel.replica.ReplicaGrowthSteps;
import io.lplb.tornado.kernel.replica.ReplicaKernels;
import io.lplb.tornado.kernel.replica.ReplicaMemory;
import io.lplb.tornado.kernel.replica.ReplicaOutput;
import io.lplb.tornado.kernel.replica.ReplicaResult;
import io.lplb.tornado.kernel.replica.ReplicaRoutes;
import io.lplb.tornado.kernel.replica.ReplicaSizes;
import io.lplb.tornado.kernel.replica.ReplicaStart;
import io.lplb.tornado.kernel.solve.DeviceCertificate;
import io.lplb.tornado.kernel.solve.EightWarpBlocks;
import io.lplb.tornado.kernel.solve.Float8;
import io.lplb.tornado.kernel.solve.FourWarpBlocks;
import io.lplb.tornado.kernel.solve.GroupMemory;
import io.lplb.tornado.kernel.solve.InteriorPoint;
import io.lplb.tornado.kernel.solve.InteriorPointBlocks;
import io.lplb.tornado.kernel.solve.InteriorPointKernel;
import io.lplb.tornado.kernel.solve.LoopMatrixUpdate;
import io.lplb.tornado.kernel.solve.MatchedItems;
import io.lplb.tornado.kernel.solve.MatrixUpdate;
import io.lplb.tornado.kernel.solve.NewtonStep;
import io.lplb.tornado.kernel.solve.Reduction;
import io.lplb.tornado.kernel.solve.RefinementSweeps;
import io.lplb.tornado.kernel.solve.RegisterElimination;
import io.lplb.tornado.kernel.solve.RelaxationKernel;
import io.lplb.tornado.kernel.solve.SizeCode;
import io.lplb.tornado.kernel.solve.SolverLayout;
import io.lplb.tornado.kernel.solve.StatePlaces;
import io.lplb.tornado.kernel.solve.ThreadTile;
import io.lplb.tornado.kernel.solve.TileInverse;
import io.lplb.tornado.kernel.solve.WarpBlocks;
import io.lplb.tornado.kernel.solve.WaterFilling;
import io.lplb.tornado.kernel.solve.WaterFilling8;

/**
 * Makes the JVM link the classes of the device code before TornadoVM compiles a kernel.
 *
 * <p>TornadoVM inlines a helper while it parses a kernel only if the helper's class is linked already. Otherwise it
 * inlines it later, when the helper's accesses to local memory have been translated as those to an ordinary Java array,
 * 16 bytes off: no error, wrong numbers. Seen with TornadoVM 5.2.0.
 */
public final class DeviceCode {
    private static final Class<?>[] CLASSES = {
        BatchKernels.class,
        BatchLayout.class,
        BatchSolvers.class,
        GroupCertificate.class,
        GroupPacking.class,
        GroupTile.class,
        SizeCode.class,
        Sums.class,
        BlockSums.class,
        CountKernels.class,
        DeviceCertificate.class,
        EightFloats.class,
        ExpertKernels.class,
        ExpertSizes.class,
        RowProduct.class,
        ExpertLoads.class,
        RefinementSweeps.class,
        GroupMemory.class,
        InteriorPoint.class,
        InteriorPointKernel.class,
        InteriorPointBlocks.class,
        WarpBlocks.class,
        FourWarpBlocks.class,
        EightWarpBlocks.class,
        LoopMatrixUpdate.class,
        LayoutKernels.class,
        LayoutSizes.class,
        MatchedItems.class,
        MatchedItems.Pair.class,
        MatrixUpdate.class,
        SolverLayout.class,
        PipelineLayout.class,
        PipelineSizes.class,
        WaterFilling8.class,
        WaterFilling.class,
        InitialValues.class,
        ProbeKernel.class,
        QuotaKernels.class,
        QuotaRepair.class,
        QuotaTable.class,
        Reduction.class,
        Reduction.Totals.class,
        RegisterElimination.class,
        RelaxationKernel.class,
        ReplicaGrowthSteps.class,
        ReplicaKernels.class,
        ReplicaMemory.class,
        ReplicaOutput.class,
        ReplicaResult.class,
        ReplicaRoutes.class,
        ReplicaSizes.class,
        ReplicaStart.class,
        RouteKernels.class,
        RankBits.class,
        RoutedLayout.class,
        SlotScan.class,
        SpreadCount.class,
        Float8.class,
        SourceKernels.class,
        SourceLayout.class,
        SourceShare.class,
        StatePlaces.class,
        TokenIds.class,
        NewtonStep.class,
        TileInverse.class,
        TileInverse.Pair.class,
        ThreadTile.class
    };

    private DeviceCode() {}

    /** Links the classes; cheap after the first time. */
    public static void link() {
        for (Class<?> c : CLASSES) {
            try {
                Class.forName(c.getName(), true, c.getClassLoader());
            } catch (ClassNotFoundException e) {
                throw new IllegalStateException("a class that is loaded was not found: " + c.getName(), e);
            }
        }
    }
}
