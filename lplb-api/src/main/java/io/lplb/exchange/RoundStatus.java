// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange;

/** How a round of {@link WorkloadExchange#gather} ended. */
public enum RoundStatus {
    /**
     * The counts of all ranks are there, and no rank ends this round with other counts: each either has the same, or has
     * {@link #MISSED} it.
     */
    COMPLETE,
    /**
     * Ranks have been absent since an earlier round, for this rank or for another one. The rows of those whose counts are
     * not there are 0. Another rank may have other counts.
     */
    PARTIAL,
    /** A rank that was present before did not send in time: what was gathered must not be planned with. */
    MISSED
}
