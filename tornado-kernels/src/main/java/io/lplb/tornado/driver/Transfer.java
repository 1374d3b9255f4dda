// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.driver;

/**
 * How groups reach the kernel and answers come back. Measured on an H100 (docs/notes-driver.md).
 */
enum Transfer {
    /** The kernel reads and writes the host's pinned memory itself: least latency for few groups. */
    MAPPED,
    /** Copies before and after the kernel. */
    COPIED;

    /** From this many groups on copies are faster. */
    private static final int COPIED_GROUPS = 256;

    static Transfer forGroups(int groups) {
        return groups < COPIED_GROUPS ? MAPPED : COPIED;
    }
}
