// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.examples;

import io.lplb.balance.LoadBalancer;
import io.lplb.topology.Topologies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/** Plans in a Flight Recorder file, and read back. JDK Mission Control and {@code jfr print} read the same file. */
public final class FlightRecording {
    private FlightRecording() {}

    /** Records five plans and prints what the file says of each. */
    public static void main(String[] args) throws IOException {
        Path file = Files.createTempFile("plans", ".jfr");
        try (Recording recording = new Recording();
                LoadBalancer balancer = LoadBalancer.builder()
                        .experts(64)
                        .ranks(8)
                        .topology(Topologies.cube())
                        .build()) {
            recording.enable("io.lplb.Plan");
            recording.start();
            planFiveBatches(balancer);
            recording.stop();
            recording.dump(file);
        }
        for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
            System.out.println(event.getString("status") + " " + event.getLong("tokens") + " tokens, largest load "
                    + event.getDouble("maxLoad") + ", mean " + event.getDouble("meanLoad"));
        }
        Files.delete(file);
    }

    private static void planFiveBatches(LoadBalancer balancer) {
        int[] counts = new int[64];
        for (int batch = 1; batch <= 5; batch++) {
            Arrays.setAll(counts, e -> e % 7);
            counts[0] = 10 * batch;
            balancer.plan(counts);
        }
    }
}
