// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.cuda;

/** The CUDA driver's library is not there or lacks a function; the message says which. */
public final class CudaUnavailableException extends Exception {
    private static final long serialVersionUID = 1;

    CudaUnavailableException(String reason) {
        super(reason);
    }
}
