// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cost;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Plans measured on an H200 rank by rank, {@code shared/data/plans_h200.json}, on machines that have the file: 8 ranks with
 * 8 experts and 2 replica slots each (cube), batches of real routing. No profile was fitted to them.
 */
final class MeasuredPlans {
    private static final Path SHARED = Path.of("shared", "data", "plans_h200.json");

    private MeasuredPlans() {}

    /** A plan of a batch: {@code counts[rank][slot]} and the measured microseconds of each rank. */
    @SuppressWarnings("ArrayRecordComponent")
    record Plan(long[][] counts, double[] micros) {
        double slowest() {
            double slowest = 0;
            for (double us : micros) {
                slowest = Math.max(slowest, us);
            }
            return slowest;
        }

        double predicted(ExpertCost cost) {
            double slowest = 0;
            for (long[] slots : counts) {
                slowest = Math.max(slowest, cost.micros(slots));
            }
            return slowest;
        }
    }

    /** A batch under three plans. */
    record Batch(int tokens, boolean sameTask, Plan asPlaced, Plan tokenPlan, Plan timePlan) {
        List<Plan> plans() {
            return List.of(asPlaced, tokenPlan, timePlan);
        }

        /** Returns the tokens of expert r * 8 + k, the k-th at home on rank r. */
        long[] counts() {
            long[] counts = new long[64];
            for (int r = 0; r < 8; r++) {
                System.arraycopy(asPlaced.counts()[r], 0, counts, r * 8, 8);
            }
            return counts;
        }
    }

    /** Reads the batches, or skips the test and says so. */
    static List<Batch> read() throws IOException {
        Optional<Path> file = file();
        assumeTrue(file.isPresent(), SHARED + " is not on this machine");
        List<Batch> batches = new ArrayList<>();
        for (JsonNode c : new ObjectMapper().readTree(file.get().toFile()).get("cases")) {
            JsonNode plans = c.get("plans");
            batches.add(new Batch(
                    c.get("tokens").asInt(),
                    c.get("trace").asText().equals(c.get("history").asText()),
                    plan(plans.get("as placed")),
                    plan(plans.get("tokens")),
                    plan(plans.get("time"))));
        }
        return batches;
    }

    private static Optional<Path> file() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve(SHARED))) {
                return Optional.of(folder.resolve(SHARED));
            }
        }
        return Optional.empty();
    }

    private static Plan plan(JsonNode node) {
        JsonNode counts = node.get("counts");
        long[][] slots = new long[counts.size()][];
        double[] micros = new double[counts.size()];
        for (int r = 0; r < slots.length; r++) {
            slots[r] = new long[counts.get(r).size()];
            for (int k = 0; k < slots[r].length; k++) {
                slots[r][k] = counts.get(r).get(k).asLong();
            }
            micros[r] = node.get("ranks_us").get(r).asDouble();
        }
        return new Plan(slots, micros);
    }
}
