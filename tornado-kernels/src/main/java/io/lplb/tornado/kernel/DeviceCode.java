// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel;

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
        BlockSums.class,
        CountKernels.class,
        DeviceCertificate.class,
        ExpertLoads.class,
        Finish.class,
        GroupMemory.class,
        InteriorPoint.class,
        InteriorPointKernel.class,
        InteriorPointTasks.class,
        MatchedItems.class,
        MatchedItems.Pair.class,
        MatrixUpdate.class,
        Packing.class,
        PipelineLayout.class,
        PipelineSizes.class,
        PourEight.class,
        Pouring.class,
        ProbeKernel.class,
        QuotaKernels.class,
        QuotaRepair.class,
        QuotaTable.class,
        Reduction.class,
        Reduction.Totals.class,
        RegisterElimination.class,
        RelaxationKernel.class,
        RouteKernels.class,
        Row8.class,
        SourceKernels.class,
        SourceLayout.class,
        SourceShare.class,
        StatePlaces.class,
        Step.class,
        TileInverse.class,
        TileInverse.Pair.class,
        Team.class
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
