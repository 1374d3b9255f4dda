// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import io.lplb.policy.Sources;
import java.util.Map;

/**
 * How a trace is replayed.
 *
 * @param updateEvery steps between two placement updates; 0 for none
 * @param copyMicros microseconds for copying the weights of one expert to a rank
 * @param threads threads over which the layers are divided
 * @param sources where tokens come from
 * @param batch in words what a step is
 * @param leftOut policies that are left out, by name, with the reason
 */
public record ReplayOptions(
        int updateEvery, double copyMicros, int threads, Sources sources, String batch, Map<String, String> leftOut) {
    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public ReplayOptions {
        if (updateEvery < 0) {
            throw new IllegalArgumentException("update-every: got " + updateEvery + " steps, expected at least 0");
        }
        if (!(copyMicros >= 0 && copyMicros < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "copy-us: got " + copyMicros + ", expected a finite number of microseconds, at least 0");
        }
        if (threads < 1) {
            throw new IllegalArgumentException("threads: got " + threads + ", expected at least 1");
        }
        leftOut = Map.copyOf(leftOut);
    }
}
