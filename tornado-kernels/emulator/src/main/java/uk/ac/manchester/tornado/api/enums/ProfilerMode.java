// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package uk.ac.manchester.tornado.api.enums;

/** Destination of measured times. */
public enum ProfilerMode {
    CONSOLE,
    SILENT
}
