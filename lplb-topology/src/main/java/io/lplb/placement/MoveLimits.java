// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.placement;

/**
 * Limits of a placement update.
 *
 * @param mostNetworkCopies the most expert weights that may be copied from one rank to another, at least 0
 * @param gainPerCopy how much of max/mean each such copy must gain at least, measured as in {@link PlacementPlanner}; 0
 *     if any gain will do. With batches of T tokens per rank, c seconds per copy, t seconds per token and n batches until
 *     the next update, a copy pays if it gains {@code c / (n * T * t)}
 */
public record MoveLimits(int mostNetworkCopies, double gainPerCopy) {
    /** Gain per copy unless said otherwise: a hundred copies must gain one percent. */
    public static final double DEFAULT_GAIN = 1e-4;

    /** Checks the limits. */
    public MoveLimits {
        if (mostNetworkCopies < 0) {
            throw new IllegalArgumentException("mostNetworkCopies: got " + mostNetworkCopies + ", expected at least 0");
        }
        if (!(gainPerCopy >= 0 && gainPerCopy < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "gainPerCopy: got " + gainPerCopy + ", expected a finite number, at least 0");
        }
    }

    /** {@return no limit but that every copy pays, see {@link #DEFAULT_GAIN}} */
    public static MoveLimits ifItPays() {
        return new MoveLimits(Integer.MAX_VALUE, DEFAULT_GAIN);
    }

    /**
     * {@return a limit of the number of copies, each of which pays, see {@link #DEFAULT_GAIN}}
     *
     * @param networkCopies at least 0
     */
    public static MoveLimits atMost(int networkCopies) {
        return new MoveLimits(networkCopies, DEFAULT_GAIN);
    }
}
