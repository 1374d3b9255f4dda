// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The options that Aeron needs from the Java virtual machine. Without them its classes fail while they are initialised,
 * with an error that names neither cause nor remedy.
 *
 * <p>Stateless, hence safe for use by several threads.
 */
public final class JvmOptions {
    private static final List<String> NEEDED = List.of("--add-opens", "java.base/jdk.internal.misc=ALL-UNNAMED");

    private JvmOptions() {}

    /** {@return the options, one argument each} */
    public static List<String> needed() {
        return NEEDED;
    }

    /** Checks that the options were given. */
    static void require() {
        requireOpen(Object.class.getModule().isOpen("jdk.internal.misc", moduleOfAgrona()));
    }

    private static Module moduleOfAgrona() {
        // The class literal does not initialise the class.
        return UnsafeBuffer.class.getModule();
    }

    static void requireOpen(boolean open) {
        if (!open) {
            throw new IllegalStateException("Aeron: got a Java virtual machine without an option that it needs,"
                    + " expected java " + String.join(" ", NEEDED) + " ... (bin/lplb gives it)");
        }
    }
}
