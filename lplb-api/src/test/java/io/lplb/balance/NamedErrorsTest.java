// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.placement.MoveLimits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Errors of the classes below a balancer carry its name and layer, once. */
class NamedErrorsTest {
    @Test
    void errorsOfDeeperClassesCarryTheNameAndTheLayer() {
        try (LoadBalancer balancer = LoadBalancer.builder()
                .experts(8)
                .ranks(4)
                .name("decode")
                .layer(3)
                .build()) {
            balancer.plan(new int[8]);
            named(() -> balancer.route(new int[] {8}, new int[1]));
            named(() -> balancer.route(new int[1], new int[2]));
            named(() -> balancer.updatePlacement(new double[3]));
            named(() -> balancer.proposePlacement(new double[] {-1, 0, 0, 0, 0, 0, 0, 0}, MoveLimits.ifItPays()));
            named(() -> balancer.plan(new int[7]));
        }
    }

    private static void named(Executable call) {
        String message = String.valueOf(
                assertThrows(IllegalArgumentException.class, call).getMessage());
        assertTrue(message.startsWith("decode layer 3: "), message);
        assertEquals(0, message.lastIndexOf("decode"), message);
    }

    @Test
    void withoutANameMessagesStayAsTheyAre() {
        try (LoadBalancer balancer = LoadBalancer.builder().experts(8).ranks(4).build()) {
            balancer.plan(new int[8]);
            String message = String.valueOf(assertThrows(
                            IllegalArgumentException.class, () -> balancer.route(new int[] {8}, new int[1]))
                    .getMessage());
            assertTrue(message.startsWith("ids[0]: got expert 8"), message);
        }
    }
}
