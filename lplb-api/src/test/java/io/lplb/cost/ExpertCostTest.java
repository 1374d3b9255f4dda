// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cost;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExpertCostTest {
    @TempDir
    Path folder;

    @Test
    void tokensCostOneEach() {
        assertEquals(12, ExpertCost.tokens().micros(3, 0, 9));
        assertEquals("tokens", ExpertCost.tokens().unit());
        assertEquals(0, ExpertCost.tokens().micros(0, 0));
    }

    @Test
    void tilesCostWholeTiles() {
        ExpertCost cost = ExpertCost.tiles(256, 30, 31);
        assertEquals(31 + 30, cost.micros(1));
        assertEquals(31 + 30, cost.micros(256, 0));
        assertEquals(31 + 2 * 30, cost.micros(257));
        assertEquals(31 + 3 * 30, cost.micros(1, 257));
        assertEquals(0, cost.micros(0, 0));
        assertEquals(30, cost.replicaMicros());
        assertEquals(35, cost.withReplicaCost(5).replicaMicros());
    }

    @Test
    void descriptionsAreParsed() throws IOException {
        assertEquals(
                ExpertCost.tiles(256, 30.4, 31).micros(1000, 3),
                ExpertCost.parse("tiles:256:30.4:31").micros(1000, 3));
        assertEquals(7, ExpertCost.parse("tokens").micros(7));
        assertEquals(
                "qwen3-30b-a3b-h200", ExpertCost.parse("qwen3-30b-a3b-h200").name());
        Path file = folder.resolve("own.profile");
        ExpertCost.shippedProfile("deepseek-v3-h200").write(file);
        assertEquals(
                ExpertCost.parse("deepseek-v3-h200").micros(300, 20, 0),
                ExpertCost.parse(file.toString()).micros(300, 20, 0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "tile:256:30:31",
                "tiles:256:30",
                "tiles:0:30:31",
                "tiles:256:0:31",
                "tiles:256:-1:31",
                "tiles:256:NaN:31",
                "tiles:256:Infinity:31",
                "tiles:256:30:-1",
                "tiles:256:30:NaN",
                "tiles:256:30:31:4",
                "tiles:x:30:31",
                "no-such-profile"
            })
    void wrongDescriptionsAreRefused(String text) {
        String message = String.valueOf(assertThrows(IllegalArgumentException.class, () -> ExpertCost.parse(text))
                .getMessage());
        assertTrue(message.contains("got") && message.contains("expected"), message);
    }

    @Test
    void pricesOutOfRangeAreRefused() {
        ExpertCost cost = ExpertCost.tokens();
        for (double us : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThrows(IllegalArgumentException.class, () -> cost.withOverhead(us));
            assertThrows(IllegalArgumentException.class, () -> cost.withReplicaCost(us));
        }
        assertThrows(IllegalArgumentException.class, () -> cost.withLeastGain(1.1));
        assertThrows(IllegalArgumentException.class, () -> cost.withLeastGain(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> cost.micros(3, -1));
        assertNull(cost.fitError());
    }

    @Test
    void shippedProfilesFitTheirPoints() {
        for (String name : ExpertCost.profileNames()) {
            CostProfile profile = ExpertCost.shippedProfile(name);
            ExpertCost.FitError error = profile.fit().fitError();
            assertNotNull(error);
            assertEquals(profile.points(), error.points());
            assertTrue(error.median() < 0.04 && error.percentile90() < 0.11, name + ": " + error);
            assertTrue(profile.source().contains("H200"), profile.source());
        }
        assertEquals(256, ExpertCost.shippedProfile("deepseek-v3-h200").fit().tile());
    }

    @Test
    void profilesNeverFallWithTiles() {
        ExpertCost cost = ExpertCost.shippedProfile("deepseek-v3-h200").fit();
        for (int k = 0; k < cost.regimes(); k++) {
            for (int tiles = 1; tiles < 1_000; tiles++) {
                assertTrue(cost.regime(k).micros(tiles, 1) <= cost.regime(k).micros(tiles + 1, 1), "tile " + tiles);
            }
        }
    }

    /** Fewer tiles in one wave of the multiprocessors gain nothing; measured, they were up to 3 % slower. */
    @Test
    void tilesInOneWaveCostTheSame() {
        ExpertCost cost = ExpertCost.shippedProfile("deepseek-v3-h200").fit();
        double seven = cost.micros(1335, 34, 0, 0);
        assertEquals(seven, cost.micros(833, 73, 0, 0), 1e-9);
        assertEquals(seven, cost.micros(1105, 79, 0, 0), 1e-9);
        assertTrue(cost.micros(1400, 600, 0, 0) > 1.1 * seven);
    }

    /** Beyond the largest measured point the profile goes on along a line. */
    @Test
    void profilesReachBeyondTheirPoints() {
        ExpertCost cost = ExpertCost.shippedProfile("deepseek-v3-h200").fit();
        double once = cost.micros(1 << 20);
        double twice = cost.micros(1 << 21);
        assertEquals(2, twice / once, 0.05);
    }

    @Test
    void measuredPlansArePredicted() throws IOException {
        ExpertCost cost = ExpertCost.shippedProfile("deepseek-v3-h200").fit();
        List<Double> errors = new ArrayList<>();
        List<MeasuredPlans.Plan> plans = new ArrayList<>();
        for (MeasuredPlans.Batch batch : MeasuredPlans.read()) {
            for (MeasuredPlans.Plan plan : batch.plans()) {
                plans.add(plan);
                for (int r = 0; r < plan.micros().length; r++) {
                    errors.add(Math.abs(cost.micros(plan.counts()[r]) / plan.micros()[r] - 1));
                }
            }
        }
        double[] sorted =
                errors.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        assertTrue(sorted[sorted.length / 2] < 0.05, "median " + sorted[sorted.length / 2]);
        assertTrue(sorted[sorted.length * 9 / 10] < 0.10, "90 % " + sorted[sorted.length * 9 / 10]);
        assertTrue(rightRankings(cost, plans) > 0.95, "rankings " + rightRankings(cost, plans));
    }

    /** Fraction of the pairs whose measured times differ by more than 3 % that the prediction orders rightly. */
    private static double rightRankings(ExpertCost cost, List<MeasuredPlans.Plan> plans) {
        double[] predicted = plans.stream().mapToDouble(p -> p.predicted(cost)).toArray();
        double[] measured =
                plans.stream().mapToDouble(MeasuredPlans.Plan::slowest).toArray();
        int pairs = 0;
        int right = 0;
        for (int i = 0; i < predicted.length; i++) {
            for (int j = 0; j < i; j++) {
                double ratio = measured[i] / measured[j];
                if (ratio > 1.03 || ratio < 1 / 1.03) {
                    pairs++;
                    right += (predicted[i] - predicted[j]) * (measured[i] - measured[j]) > 0 ? 1 : 0;
                }
            }
        }
        return (double) right / pairs;
    }

    @Test
    void namesAreShown() {
        assertTrue(ExpertCost.tiles(128, 2, 3).toString().contains("tile 128"));
        assertEquals(List.of("deepseek-v3-h200", "qwen3-30b-a3b-h200"), ExpertCost.profileNames());
        assertThrows(IllegalArgumentException.class, () -> ExpertCost.shippedProfile("h100"));
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.MIN_VALUE, 1e-320, 1e-300, 1e300, -1, Double.NaN, Double.POSITIVE_INFINITY})
    void timesThatNoDeviceTakesAreRefused(double us) {
        assertRefused("usPerTile: got " + us, () -> ExpertCost.tiles(256, us, 31));
        assertRefused("usPerTile: got " + us, () -> ExpertCost.parse("tiles:256:" + us + ":31"));
        assertRefused("fixedUs: got " + us, () -> ExpertCost.tiles(256, 30, us));
        assertRefused("replica cost: got " + us, () -> ExpertCost.tokens().withReplicaCost(us));
        assertRefused("overhead: got " + us, () -> ExpertCost.tokens().withOverhead(us));
    }

    private static void assertRefused(String start, Executable call) {
        String message = String.valueOf(
                assertThrows(IllegalArgumentException.class, call).getMessage());
        assertTrue(message.startsWith(start) && message.contains("expected"), message);
    }
}
