// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package uk.ac.manchester.tornado.api.enums;

/** When an array is copied. */
public final class DataTransferMode {
    /** At the first execution only. */
    public static final int FIRST_EXECUTION = 0;

    /** At every execution. */
    public static final int EVERY_EXECUTION = 1;

    /** When the program asks. */
    public static final int UNDER_DEMAND = 2;

    private DataTransferMode() {}
}
