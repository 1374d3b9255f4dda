// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.quota;

/** Choice among plans with the same, least possible maximum load. */
public enum SecondObjective {
    /** Nothing: the plan nearest to the solver's split. Costs no time. */
    NONE,
    /** Low loads below the maximum, too: loads / speeds in falling order are lexicographically least. */
    LEVEL,
    /** Short ways: the fewest tokens between nodes, and of those plans the fewest between ranks. */
    LOCALITY
}
