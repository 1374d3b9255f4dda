// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.nccl;

/** How far a device is with its gathers, as far as a thread may see that is not the launching one. */
interface GatherProgress {
    /** Progress where gathers are seen by the calls that wait for them, and not on the device. */
    GatherProgress NONE = new GatherProgress() {
        @Override
        public int begun() {
            return 0;
        }

        @Override
        public int ended() {
            return 0;
        }
    };

    /** Returns the round whose gather began last. */
    int begun();

    /** Returns the round whose gather ended last. */
    int ended();
}
