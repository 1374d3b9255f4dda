// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.cuda;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.invoke.MethodHandle;

/**
 * Method handles for the signatures that functions of the CUDA driver and of NCCL have: the address of the function comes first,
 * the result is a CUresult. Pointers and handles are passed as long, which 64-bit ABIs pass alike, so that a call makes no
 * object. Linked when a driver is first opened.
 */
final class CudaHandles {
    static final MethodHandle I = handle(JAVA_INT);
    static final MethodHandle L = handle(JAVA_LONG);
    static final MethodHandle IL = handle(JAVA_INT, JAVA_LONG);
    static final MethodHandle LI = handle(JAVA_LONG, JAVA_INT);
    static final MethodHandle LL = handle(JAVA_LONG, JAVA_LONG);
    static final MethodHandle LII = handle(JAVA_LONG, JAVA_INT, JAVA_INT);
    static final MethodHandle LLI = handle(JAVA_LONG, JAVA_LONG, JAVA_INT);
    static final MethodHandle LLL = handle(JAVA_LONG, JAVA_LONG, JAVA_LONG);
    static final MethodHandle LLLL = handle(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    static final MethodHandle LILL = handle(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
    static final MethodHandle LLILL = handle(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
    static final MethodHandle LLLILL = handle(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);

    /** cuLaunchKernel: function; grid x, y, z; block x, y, z; dynamic shared bytes; stream, parameters, extra. */
    static final MethodHandle LAUNCH = handle(
            JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG,
            JAVA_LONG);

    private CudaHandles() {}

    @SuppressWarnings("restricted")
    private static MethodHandle handle(MemoryLayout... arguments) {
        return Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(JAVA_INT, arguments));
    }
}
