// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cost;

/** Reports a cost profile that cannot be used. {@link #fault()} names the kind of mistake, the message the place. */
public final class ProfileException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    /** Kind of mistake in a profile. */
    public enum Fault {
        /** A line is not of the form that the file format asks for. */
        MALFORMED,
        /** A time or a count is negative, or a time is zero. */
        NEGATIVE,
        /** A time is NaN or infinite. */
        NOT_A_NUMBER,
        /** Fewer than two points with different numbers of tokens. */
        TOO_FEW_POINTS,
        /** The unit is not us, or the times cannot be microseconds. */
        WRONG_UNIT,
        /** More tokens take clearly less time. */
        DECREASING
    }

    private final Fault fault;

    ProfileException(Fault fault, String message) {
        super(message);
        this.fault = fault;
    }

    /** {@return the kind of mistake} */
    public Fault fault() {
        return fault;
    }
}
