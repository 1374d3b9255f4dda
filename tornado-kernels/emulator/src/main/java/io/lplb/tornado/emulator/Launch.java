// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

import java.lang.invoke.MethodHandle;
import java.util.IdentityHashMap;
import java.util.List;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * One task as a machine runs it.
 *
 * @param kernel name for messages
 * @param entry the instrumented kernel, as {@code (Object[])void}
 * @param arguments with device arrays in the place of the host's; where a KernelContext stands each thread gets its own
 * @param shadows of the device arrays
 * @param groups number of work-groups
 * @param groupSize threads of each
 * @param settings how to run it
 */
record Launch(
        String kernel,
        MethodHandle entry,
        List<Object> arguments,
        IdentityHashMap<TornadoNativeArray, Shadow> shadows,
        int groups,
        int groupSize,
        EmulatorSettings settings) {
    Object[] argumentsFor(KernelContext context) {
        Object[] own = arguments.toArray();
        for (int k = 0; k < own.length; k++) {
            if (own[k] instanceof KernelContext) {
                own[k] = context;
            }
        }
        return own;
    }
}
