// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.cuda;

import java.util.Set;

/** A call of the CUDA driver that did not return CUDA_SUCCESS. */
public final class CudaException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** CUDA_ERROR_OUT_OF_MEMORY. */
    public static final int OUT_OF_MEMORY = 2;

    /** CUDA_ERROR_NO_DEVICE. */
    public static final int NO_DEVICE = 100;

    /** CUDA_ERROR_LAUNCH_FAILED: the kernel faulted. */
    public static final int LAUNCH_FAILED = 719;

    /**
     * Errors after which the context answers every call with an error: deinitialized, ECC, NVLink, illegal address,
     * time-out, destroyed context, assertion, the faults of a kernel, unknown.
     */
    private static final Set<Integer> STICKY =
            Set.of(4, 214, 220, 700, 702, 709, 710, 714, 715, 716, 717, 718, 719, 999);

    private final String call;
    private final int code;

    CudaException(String call, int code, String name, String detail) {
        super(call + ": " + name + " (" + code + ")" + (detail.isEmpty() ? "" : ": " + detail));
        this.call = call;
        this.code = code;
    }

    /** Returns the name of the driver's function. */
    public String call() {
        return call;
    }

    /** Returns the CUresult. */
    public int code() {
        return code;
    }

    /** Whether the context is lost: only a new process gets the device back. */
    public boolean isSticky() {
        return STICKY.contains(code);
    }
}
