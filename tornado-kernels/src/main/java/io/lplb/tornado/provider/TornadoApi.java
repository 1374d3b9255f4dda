// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.provider;

/** Whose TornadoVM API this JVM has. */
enum TornadoApi {
    /** None is on the class path or the module path. */
    NONE,
    /** The emulator's. */
    EMULATOR,
    /** TornadoVM's own, but as a plain jar: the runtime behind it is missing. */
    JAR_ONLY,
    /** TornadoVM's own, as the module that its runtime needs. */
    TORNADOVM;

    /** Looks without initialising a class, and hence without loading a native library. */
    static TornadoApi find(ClassLoader loader) {
        Class<?> context;
        try {
            context = Class.forName("uk.ac.manchester.tornado.api.KernelContext", false, loader);
        } catch (ClassNotFoundException | LinkageError e) {
            return NONE;
        }
        if (context.getModule().isNamed()) {
            return TORNADOVM;
        }
        return isEmulator(context) ? EMULATOR : JAR_ONLY;
    }

    private static boolean isEmulator(Class<?> context) {
        try {
            Class<?> device = Class.forName("io.lplb.tornado.emulator.EmulatorDevice", false, context.getClassLoader());
            // TornadoVM's jar may stand before the emulator's.
            return device.getProtectionDomain()
                    .getCodeSource()
                    .equals(context.getProtectionDomain().getCodeSource());
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }
}
