// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.nccl;

/** NCCL's library is not there or lacks a function; the message says which. */
public final class NcclUnavailableException extends Exception {
    private static final long serialVersionUID = 1;

    NcclUnavailableException(String reason) {
        super(reason);
    }
}
