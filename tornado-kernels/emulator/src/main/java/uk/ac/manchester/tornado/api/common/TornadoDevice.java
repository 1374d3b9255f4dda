// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package uk.ac.manchester.tornado.api.common;

import uk.ac.manchester.tornado.api.TornadoTargetDevice;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;

/** Device that runs tasks. */
public interface TornadoDevice {
    /** Returns the name. */
    String getDeviceName();

    /** Returns a line for people. */
    String getDescription();

    /** Returns the platform's name. */
    String getPlatformName();

    /** Returns the hardware. */
    TornadoTargetDevice getPhysicalDevice();

    /** Returns the kind of hardware. */
    TornadoDeviceType getDeviceType();

    /** Returns the bytes of global memory. */
    long getMaxGlobalMemory();

    /** Returns the bytes of local memory a work-group may have. */
    long getDeviceLocalMemorySize();

    /** Returns the number of the backend. */
    int getBackendIndex();

    /** Returns the type of the backend. */
    TornadoVMBackendType getTornadoVMBackend();
}
