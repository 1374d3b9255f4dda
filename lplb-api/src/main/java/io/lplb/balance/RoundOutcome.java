// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

/** Basis on which a rank routes a batch. */
public enum RoundOutcome {
    /** A plan made of the counts of all ranks. */
    AGREED,
    /** A plan made of the counts of all ranks but those that have been absent for longer. */
    PARTIAL,
    /** The last plan, as this round's counts did not come in time: valid replicas, but not this batch's balance. */
    LAST_PLAN,
    /** No plan: every token goes to the original of its expert. */
    ORIGINALS
}
