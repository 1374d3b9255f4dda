// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replica;

import java.util.Locale;

/** Names the limit that gives the lower bound of a {@link ReplicaPlan}. */
public enum Binding {
    /** The mean load of all ranks, or of the domain with the largest. */
    MEAN,
    /** Load that the experts of one home rank cannot shed. */
    HOME,
    /** The number of spare slots and the sizes of experts. */
    SLOTS;

    /** {@return the name in lower case, as files and the command line write it} */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
