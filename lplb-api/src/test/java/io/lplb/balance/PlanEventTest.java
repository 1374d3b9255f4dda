// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.topology.Topologies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
        assertTrue(event.getLong("solveTime") > 0);
        assertTrue(
                event.getDuration().toNanos()
                        >= event.getDuration("solveTime")
                                .plus(event.getDuration("quotaTime"))
                                .toNanos(),
                "the event lasts as long as the plan: " + event);
    }
}
