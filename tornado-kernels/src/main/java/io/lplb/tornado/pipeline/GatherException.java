// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.pipeline;

/** Failure of the communicator that gathers counts on the device. */
public class GatherException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Constructs an exception with a message that names the failed call. */
    public GatherException(String message) {
        super(message);
    }
}
