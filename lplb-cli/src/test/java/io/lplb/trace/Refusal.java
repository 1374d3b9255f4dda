// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.function.Executable;

/** What the readers say about files that they refuse. */
final class Refusal {
    private Refusal() {}

    /** Returns the message of the FormatException that the code must throw. */
    static String of(Executable code) {
        return String.valueOf(assertThrows(FormatException.class, code).getMessage());
    }
}
