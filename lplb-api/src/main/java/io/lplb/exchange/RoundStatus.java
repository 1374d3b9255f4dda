// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange;

/** How a round of {@link WorkloadExchange#gather} ended. */
public enum RoundStatus {
    /** The counts of all ranks are there. */
    COMPLETE,
    /**
     * The counts of all ranks are there but of those that have been absent since an earlier round, whose rows are 0.
     * Ranks that miss the same others have the same counts.
     */
    PARTIAL,
    /** A rank that was present before did not send in time: what was gathered must not be planned with. */
    MISSED
}
