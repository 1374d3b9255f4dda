// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package uk.ac.manchester.tornado.api.exceptions;

import java.io.Serial;

/** A runtime or a plan was used wrongly. */
public class TornadoRuntimeException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    public TornadoRuntimeException(String msg) {
        super(msg);
    }

    public TornadoRuntimeException(Exception e) {
        super(e);
    }
}
