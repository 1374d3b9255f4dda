// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.placement;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lplb.topology.Topologies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Random cases with what the Python of EPLB (deepseek-ai/EPLB, d52c72d) and LPLB makes of them; {@code
 * lplb-bench/results/placement-original-python.txt} has how they were made, and the figures of the full run.
 *
 * <p>{@code -Dlplb.originalEplb=FILE} and {@code -Dlplb.originalLplb=FILE} compare other files of cases.
 */
class OriginalPlacementTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path CASES = Path.of("src", "test", "resources", "original");

    private static <T> T value(JsonNode node, String field, Class<T> type) throws IOException {
        return JSON.treeToValue(node.get(field), type);
    }

    private static List<String> lines(String property, String name) throws IOException {
        return Files.readAllLines(
                Path.of(System.getProperty(property, CASES.resolve(name).toString())));
    }

    @Test
    void eplb() throws IOException {
        List<String> cases = lines("lplb.originalEplb", "eplb.jsonl");
        assertTrue(cases.size() > 300, () -> "cases " + cases.size());
        for (int k = 0; k < cases.size(); k++) {
            JsonNode one = JSON.readTree(cases.get(k));
            EplbPlacement placement = Eplb.place(
                    value(one, "weight", double[][].class),
                    one.get("replicas").intValue(),
                    one.get("groups").intValue(),
                    one.get("nodes").intValue(),
                    one.get("gpus").intValue());
            String name = "line " + (k + 1);
            assertArrayEquals(value(one, "phy2log", int[][].class), placement.phy2log(), name);
            assertArrayEquals(value(one, "log2phy", int[][][].class), placement.log2phy(), name);
            assertArrayEquals(value(one, "count", int[][].class), placement.counts(), name);
        }
    }

    @Test
    void lplb() throws IOException {
        List<String> cases = lines("lplb.originalLplb", "lplb.jsonl");
        for (int k = 0; k < cases.size(); k++) {
            JsonNode one = JSON.readTree(cases.get(k));
            LplbPlacement shape = new LplbPlacement(
                    Topologies.parse(one.get("topology").textValue()),
                    one.get("epSize").intValue(),
                    one.get("logicalExperts").intValue(),
                    one.get("redundantPerRank").intValue());
            ExpertPlacement placement = one.get("history").isNull()
                    ? shape.natural()
                    : shape.reordered(
                            value(one, "history", double[].class),
                            one.get("devicesPerNode").intValue());
            String name = "line " + (k + 1);
            assertArrayEquals(value(one, "phy2log", int[].class), placement.phy2log(), name);
            assertArrayEquals(value(one, "count", int[].class), placement.counts(), name);
            int[][] log2phy = new EplbPlacement(List.of(placement)).log2phy()[0];
            assertArrayEquals(value(one, "log2phy", int[][].class), log2phy, name);
        }
    }
}
