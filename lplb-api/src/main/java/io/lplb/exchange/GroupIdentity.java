// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange;

/**
 * Sizes and settings that all ranks of a group share, compared when they connect.
 *
 * @param ranks number of ranks of the group
 * @param experts number of logical experts
 * @param fingerprint hash of everything else that decides a plan: placement, speeds, solver
 * @param description the same in words, for the message that refuses another group
 */
public record GroupIdentity(int ranks, int experts, long fingerprint, String description) {

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if a number is not positive
     */
    public GroupIdentity {
        if (ranks < 1) {
            throw new IllegalArgumentException("ranks: got " + ranks + ", expected at least 1");
        }
        if (experts < 1) {
            throw new IllegalArgumentException("experts: got " + experts + ", expected at least 1");
        }
    }
}
