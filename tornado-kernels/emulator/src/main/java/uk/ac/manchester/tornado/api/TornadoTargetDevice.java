// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package uk.ac.manchester.tornado.api;

/** The hardware behind a device. */
public interface TornadoTargetDevice {
    /** Returns the name. */
    String getDeviceName();

    /** Returns the bytes of global memory. */
    long getDeviceGlobalMemorySize();

    /** Returns the bytes of local memory a work-group may have. */
    long getDeviceLocalMemorySize();

    /** Returns the number of multiprocessors. */
    int getDeviceMaxComputeUnits();

    /** Returns the most threads a work-group may have, by dimension. */
    long[] getDeviceMaxWorkGroupSize();

    /** Returns the most threads a work-group may have. */
    int getMaxThreadsPerBlock();
}
