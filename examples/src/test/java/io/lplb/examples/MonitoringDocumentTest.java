// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lplb.balance.LoadBalancer;
import io.lplb.balance.PlanReport;
import io.lplb.micrometer.PlanMetrics;
import io.lplb.topology.Topologies;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.ValueDescriptor;
import org.junit.jupiter.api.Test;

/** docs/monitoring.md names everything that there is to watch. */
class MonitoringDocumentTest {
    private static final List<String> OF_EVERY_EVENT = List.of("startTime", "duration", "eventThread", "stackTrace");
    private static final List<String> NOT_A_METRIC = List.of("copy", "toString", "rankLoads");

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @Test
    void everyMeterFieldAndValueIsExplained() throws IOException {
        String document = Files.readString(Path.of("../docs/monitoring.md"));
        List<String> missing = new ArrayList<>();
        for (String name : names()) {
            if (!document.contains("`" + name + "`")) {
                missing.add(name);
            }
        }
        assertEquals(List.of(), missing, "docs/monitoring.md");
    }

    private List<String> names() {
        List<String> names = new ArrayList<>();
        try (LoadBalancer balancer = LoadBalancer.builder()
                .experts(8)
                .ranks(8)
                .topology(Topologies.ring(8))
                .listener(new PlanMetrics(registry, Tags.empty()))
                .build()) {
            balancer.plan(new int[8]);
        }
        for (Meter meter : registry.getMeters()) {
            names.add(meter.getId().getName());
        }
        for (EventType type : FlightRecorder.getFlightRecorder().getEventTypes()) {
            if (type.getName().startsWith("io.lplb.")) {
                names.add(type.getName());
                for (ValueDescriptor field : type.getFields()) {
                    if (!OF_EVERY_EVENT.contains(field.getName())) {
                        names.add(field.getName());
                    }
                }
            }
        }
        for (Method method : PlanReport.class.getDeclaredMethods()) {
            if (Modifier.isPublic(method.getModifiers()) && !NOT_A_METRIC.contains(method.getName())) {
                names.add(method.getName());
            }
        }
        return names;
    }
}
