// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package uk.ac.manchester.tornado.api;

import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;

/** The backends there are. */
public interface TornadoRuntime {
    /** Returns a backend by number. */
    TornadoBackend getBackend(int index);

    /** Returns a backend's type by number. */
    TornadoVMBackendType getBackendType(int index);

    /** Returns the number of backends. */
    int getNumBackends();

    /** Returns the device that plans use unless told otherwise. */
    TornadoDevice getDefaultDevice();
}
