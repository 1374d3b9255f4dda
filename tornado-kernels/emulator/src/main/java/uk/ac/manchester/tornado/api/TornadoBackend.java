// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package uk.ac.manchester.tornado.api;

import java.util.List;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;

/** A way to reach devices. */
public interface TornadoBackend {
    /** Returns the device used unless told otherwise. */
    TornadoDevice getDefaultDevice();

    /** Returns the number of devices. */
    int getNumDevices();

    /** Returns a device by number. */
    TornadoDevice getDevice(int index);

    /** Returns all devices. */
    List<TornadoDevice> getAllDevices();

    /** Returns the type of the default device. */
    TornadoDeviceType getTypeDefaultDevice();

    /** Returns the backend's name. */
    String getName();

    /** Returns the backend's type. */
    TornadoVMBackendType getBackendType();
}
