// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import io.lplb.policy.Policies;
import io.lplb.policy.Policy;
import io.lplb.policy.PolicySetup;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The policies that are replayed, and those that are left out with the reason.
 *
 * @param policies in the order of {@link Policies}
 * @param leftOut reason by name
 */
public record PolicyChoice(List<Policies> policies, Map<String, String> leftOut) {

    /**
     * Chooses the policies asked for, or all that fit the sizes.
     *
     * @param asked names; null for all that fit
     * @throws IllegalArgumentException if a policy that was asked for does not exist or does not fit
     */
    public static PolicyChoice of(PolicySetup setup, @Nullable List<String> asked) {
        double[] sample = new double[setup.experts()];
        Arrays.fill(sample, 1);
        if (asked != null) {
            List<Policies> policies = Policies.named(asked);
            for (Policies kind : policies) {
                try (Policy policy = kind.open(setup)) {
                    policy.place(sample);
                }
            }
            return new PolicyChoice(policies, Map.of());
        }
        List<Policies> policies = new ArrayList<>();
        Map<String, String> leftOut = new TreeMap<>();
        for (Policies kind : Policies.values()) {
            String reason = kind.reasonAgainst(setup);
            if (reason == null) {
                try (Policy policy = kind.open(setup)) {
                    policy.place(sample);
                    policies.add(kind);
                } catch (IllegalArgumentException e) {
                    reason = String.valueOf(e.getMessage());
                }
            }
            if (reason != null) {
                leftOut.put(kind.id(), reason);
            }
        }
        return new PolicyChoice(policies, leftOut);
    }
}
