// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.doctor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Ends its process as a driver that does not fit the machine would. */
final class CrashMain {
    private CrashMain() {}

    @SuppressWarnings("restricted")
    public static void main(String[] arguments) {
        MemorySegment.ofAddress(16).reinterpret(8).set(ValueLayout.JAVA_LONG, 0, 1);
    }
}
