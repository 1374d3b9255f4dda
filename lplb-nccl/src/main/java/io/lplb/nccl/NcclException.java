// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.nccl;

import io.lplb.tornado.pipeline.GatherException;

/** A call of NCCL that did not return ncclSuccess, or a communicator that reports an error of its own. */
public final class NcclException extends GatherException {
    private static final long serialVersionUID = 1;

    private final String call;
    private final int code;

    NcclException(String call, int code, String text) {
        super(call + ": " + text + " (" + code + ")");
        this.call = call;
        this.code = code;
    }

    /** {@return the name of NCCL's function} */
    public String call() {
        return call;
    }

    /** {@return the ncclResult_t} */
    public int code() {
        return code;
    }
}
