// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package uk.ac.manchester.tornado.api.exceptions;

import java.io.Serial;

/** A plan could not be closed. */
public class TornadoExecutionPlanException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    public TornadoExecutionPlanException(String reason) {
        super(reason);
    }

    public TornadoExecutionPlanException(String message, Throwable cause) {
        super(message, cause);
    }
}
