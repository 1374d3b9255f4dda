// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.jacoco.core.instr.Instrumenter;
import org.jacoco.core.runtime.OfflineInstrumentationAccessGenerator;

/**
 * Lets JaCoCo see the kernels' coverage. Its agent does not recognise a class that was rewritten, so that the probes go
 * in before: as in JaCoCo's offline mode, whose probes report to the agent if it runs in this JVM. Without the agent, or
 * without {@code org.jacoco.core} on the class path, nothing is done.
 */
final class CoverageProbes {
    private static final boolean AVAILABLE = available();

    private CoverageProbes() {}

    static byte[] add(String name, byte[] original) {
        return AVAILABLE ? Probes.add(name, original) : original;
    }

    private static boolean available() {
        try {
            Class.forName("org.jacoco.core.instr.Instrumenter");
            // Throws when the agent's classes are there but the agent was not started.
            Class.forName("org.jacoco.agent.rt.RT").getMethod("getAgent").invoke(null);
            return true;
        } catch (ReflectiveOperationException | LinkageError absent) {
            return false;
        }
    }

    /** Apart, so that JaCoCo's classes are asked for only where they are. */
    private static final class Probes {
        static byte[] add(String name, byte[] original) {
            try {
                return new Instrumenter(new OfflineInstrumentationAccessGenerator()).instrument(original, name);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
