// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.placement;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lplb.topology.ReplicaTopology;
import io.lplb.topology.Topologies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against the answers of the original EPLB and LPLB, where the folder with them lies beside the project. */
class GoldenPlacementTest {
    private static final Path GOLDEN = Path.of("../../shared/golden/placement.json");
    private static final ObjectMapper JSON = new ObjectMapper();

    private JsonNode golden;

    @BeforeEach
    void read() throws IOException {
        assumeTrue(Files.exists(GOLDEN), "no ../shared/golden/placement.json: nothing is compared with it");
        golden = JSON.readTree(GOLDEN.toFile());
    }

    private static <T> T value(JsonNode node, String field, Class<T> type) throws IOException {
        return JSON.treeToValue(node.get(field), type);
    }

    @Test
    void eplb() throws IOException {
        int cases = 0;
        for (JsonNode one : golden.get("eplb")) {
            EplbPlacement placement = Eplb.place(
                    value(one, "weight", double[][].class),
                    one.get("replicas").intValue(),
                    one.get("groups").intValue(),
                    one.get("nodes").intValue(),
                    one.get("gpus").intValue());
            String name = "eplb case " + cases++;
            assertArrayEquals(value(one, "phy2log", int[][].class), placement.phy2log(), name);
            assertArrayEquals(value(one, "log2phy", int[][][].class), placement.log2phy(), name);
            assertArrayEquals(value(one, "count", int[][].class), placement.counts(), name);
        }
        assertEquals(8, cases);
        say("8 EPLB cases of ../shared/golden/placement.json, all equal");
    }

    @Test
    void lplb() throws IOException {
        int cases = 0;
        for (JsonNode one : golden.get("placement")) {
            String name = "placement case " + cases++;
            ReplicaTopology topology = Topologies.parse(one.get("topology").textValue());
            assertArrayEquals(value(one, "r2o", int[][].class), topology.r2o(), name);
            assertArrayEquals(value(one, "o2r", int[][].class), topology.o2r(), name);
            LplbPlacement shape = new LplbPlacement(
                    topology,
                    one.get("epSize").intValue(),
                    one.get("logicalExperts").intValue(),
                    one.get("redundantPerRank").intValue());
            ExpertPlacement placement = one.get("history").isNull()
                    ? shape.natural()
                    : shape.reordered(
                            value(one, "history", double[].class),
                            one.get("devicesPerNode").intValue());
            assertArrayEquals(value(one, "phy2log", int[].class), placement.phy2log(), name);
            assertArrayEquals(value(one, "count", int[].class), placement.counts(), name);
            int[][] log2phy = new EplbPlacement(List.of(placement)).log2phy()[0];
            assertArrayEquals(value(one, "log2phy", int[][].class), log2phy, name);
        }
        assertEquals(14, cases);
        say("14 placement cases of ../shared/golden/placement.json, all equal");
    }

    /** Says on the console what was read from beside the project; JUnit's own reporter says it to nobody. */
    private static void say(String message) {
        System.getLogger(GoldenPlacementTest.class.getName()).log(System.Logger.Level.INFO, message);
    }
}
