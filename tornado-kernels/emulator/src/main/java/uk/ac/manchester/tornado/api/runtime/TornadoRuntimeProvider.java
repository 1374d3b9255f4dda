// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package uk.ac.manchester.tornado.api.runtime;

import io.lplb.tornado.emulator.EmulatorDevice;
import uk.ac.manchester.tornado.api.TornadoRuntime;

/** Access to the runtime, which is always the emulator here. */
public final class TornadoRuntimeProvider {
    private TornadoRuntimeProvider() {}

    /** Returns the emulator's runtime. */
    public static TornadoRuntime getTornadoRuntime() {
        return EmulatorDevice.RUNTIME;
    }
}
