// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.placement.ExpertPlacement;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ThresholdReplicasTest {
    private static final int RANKS = 64;

    /** Results of UltraEP 1.0.0 on an H200, with the loads that they were measured on. */
    @Test
    void resultsAreThoseMeasuredOfUltraEp() throws IOException {
        Map<Integer, long[]> loads = new HashMap<>();
        List<String[]> rows;
        try (InputStream in = ThresholdReplicasTest.class.getResourceAsStream("ultraep-h200.txt")) {
            String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
            rows = text.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split(" "))
                    .toList();
        }
        for (String[] row : rows) {
            if (row[0].equals("load")) {
                loads.put(
                        Integer.parseInt(row[1]),
                        Arrays.stream(row).skip(2).mapToLong(Long::parseLong).toArray());
            }
        }
        int equalReplicas = 0;
        int checked = 0;
        double[] unit = new double[RANKS];
        Arrays.fill(unit, 1);
        for (String[] row : rows) {
            if (row[0].equals("load")) {
                continue;
            }
            long[] counts = Objects.requireNonNull(loads.get(Integer.parseInt(row[1])));
            int[] natural = new int[counts.length];
            Arrays.setAll(natural, e -> e);
            ExpertPlacement homes = ExpertPlacement.of(RANKS, RANKS, counts.length, natural);
            ThresholdReplicas policy = new ThresholdReplicas(homes, Integer.parseInt(row[0]), 1, unit);
            Dispatch dispatch = new Dispatch();
            policy.plan(counts, dispatch);
            double expected = Double.parseDouble(row[2]);
            assertEquals(expected, PoliciesTest.imbalance(dispatch, RANKS), 0.005 * expected, Arrays.toString(row));
            equalReplicas += policy.replicas() == Integer.parseInt(row[3]) ? 1 : 0;
            checked++;
        }
        assertEquals(48, checked, "24 loads with one and with two spare slots");
        assertTrue(equalReplicas >= 44, "as many replicas on " + equalReplicas + " of 48");
    }
}
