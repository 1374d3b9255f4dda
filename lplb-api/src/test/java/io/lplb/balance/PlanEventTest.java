// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.exchange.LocalExchange;
import io.lplb.placement.ExpertPlacement;
import io.lplb.topology.Topologies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanEventTest {

    @Test
    void everyPlanIsRecorded(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("plans.jfr");
        try (Recording recording = new Recording();
                LoadBalancer balancer = LoadBalancer.builder()
                        .experts(64)
                        .ranks(16)
                        .topology(Topologies.cube())
                        .replicas(2)
                        .solver("relaxation")
                        .name("decode")
                        .layer(3)
                        .build()) {
            recording.enable("io.lplb.Plan");
            recording.start();
            int[] counts = new int[64];
            counts[0] = 40;
            balancer.plan(counts);
            balancer.plan(counts);
            recording.stop();
            recording.dump(file);
        }
        assertTrue(Files.size(file) > 0);
        List<RecordedEvent> events = RecordingFile.readAllEvents(file);
        assertEquals(2, events.size());
        RecordedEvent event = events.get(1);
        assertEquals("relaxation", event.getString("solver"));
        assertEquals("OPTIMAL", event.getString("status"));
        assertEquals(2, event.getInt("groups"));
        assertEquals(40, event.getLong("tokens"));
        assertEquals(20, event.getDouble("maxLoad"));
        assertEquals(20 / (40 / 16.0), event.getDouble("imbalance"));
        assertEquals(40, event.getDouble("identityMaxLoad"));
        assertEquals("decode", event.getString("balancer"));
        assertEquals(3, event.getInt("layer"));
        assertEquals(16, event.getInt("activeRanks"));
        assertTrue(event.getLong("solveTime") > 0);
        assertTrue(
                event.getDuration().toNanos()
                        >= event.getDuration("solveTime")
                                .plus(event.getDuration("quotaTime"))
                                .toNanos(),
                "the event lasts as long as the plan: " + event);
    }

    /** Rank 1 of two is silent: one round misses it, the next does without it; its only expert is uncovered. */
    @Test
    void everyRoundIsRecorded(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("rounds.jfr");
        ExpertPlacement placement = ExpertPlacement.of(2, 2, 3, new int[] {0, 1, 2, 0});
        try (Recording recording = new Recording();
                RankBalancer balancer = LoadBalancer.builder()
                        .placement(placement)
                        .deadline(Duration.ofMillis(1))
                        .name("prefill")
                        .layer(7)
                        .buildRank(LocalExchange.group(2, 3).get(0))) {
            recording.enable("io.lplb.Plan");
            recording.enable("io.lplb.Round");
            recording.start();
            balancer.plan(new int[] {5, 6, 7});
            balancer.plan(4, new int[] {5, 6, 8});
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file);
        List<RecordedEvent> rounds = named(events, "io.lplb.Round");
        assertEquals(1, named(events, "io.lplb.Plan").size());
        assertEquals(2, rounds.size());
        assertEquals("ORIGINALS", rounds.get(0).getString("outcome"));
        RecordedEvent last = rounds.get(1);
        assertEquals("PARTIAL", last.getString("outcome"));
        assertEquals("prefill", last.getString("balancer"));
        assertEquals(7, last.getInt("layer"));
        assertEquals(0, last.getInt("rank"));
        assertEquals(4, last.getLong("round"));
        assertEquals(1, last.getInt("missingRanks"));
        assertEquals(1, last.getInt("activeRanks"));
        assertEquals(8, last.getLong("uncoveredTokens"));
        assertEquals(3, last.getLong("skippedRounds"));
        assertTrue(last.getDuration().compareTo(last.getDuration("exchangeTime")) >= 0);
        assertTrue(last.getDuration("planTime").toNanos() > 0);
    }

    private static List<RecordedEvent> named(List<RecordedEvent> events, String name) {
        return events.stream()
                .filter(event -> event.getEventType().getName().equals(name))
                .toList();
    }
}
