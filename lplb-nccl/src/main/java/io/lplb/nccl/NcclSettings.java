// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.nccl;

import io.lplb.exchange.GroupIdentity;
import io.lplb.exchange.WorkloadExchange;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a rank that counts on the host finds its group by NCCL.
 *
 * @param identity what all ranks must have in common
 * @param self this rank's number
 * @param device the GPU, as this process numbers them; no other rank may have it
 * @param connectTimeout how long to wait for the other ranks
 * @param fallback among the same ranks with as many experts: gathers when NCCL has ended, and leads back to it; null for
 *     nothing. The caller closes it, after the exchange
 */
public record NcclSettings(
        GroupIdentity identity,
        int self,
        int device,
        Duration connectTimeout,
        @Nullable WorkloadExchange fallback) {

    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException if something does not fit together, with what was got and expected
     */
    public NcclSettings {
        Objects.requireNonNull(identity, "identity");
        if (self < 0 || self >= identity.ranks()) {
            throw new IllegalArgumentException("rank: got " + self + ", expected 0.." + (identity.ranks() - 1));
        }
        if (device < 0) {
            throw new IllegalArgumentException("device: got " + device + ", expected at least 0");
        }
        if (connectTimeout.isNegative() || connectTimeout.isZero()) {
            throw new IllegalArgumentException("connect timeout: got " + connectTimeout + ", expected a positive time");
        }
        if (fallback != null
                && (fallback.ranks() != identity.ranks()
                        || fallback.self() != self
                        || fallback.experts() != identity.experts())) {
            throw new IllegalArgumentException("fallback: got rank " + fallback.self() + " of " + fallback.ranks()
                    + " with " + fallback.experts() + " experts, expected rank " + self + " of " + identity.ranks()
                    + " with " + identity.experts());
        }
    }
}
