// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import java.io.IOException;

/** A file or a line is not what its format asks for; the message says where, what was got and what was expected. */
public final class FormatException extends IOException {
    /** An error with a message in one line. */
    public FormatException(String message) {
        super(message);
    }

    /** An error found by a library, whose exception is kept for the stack trace. */
    public FormatException(String message, Throwable cause) {
        super(message, cause);
    }
}
