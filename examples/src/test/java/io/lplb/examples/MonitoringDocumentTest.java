// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lplb.balance.LoadBalancer;
import io.lplb.balance.PlanReport;
import io.lplb.balance.RankBalancer;
import io.lplb.exchange.WorkloadExchange;
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
import org.junit.jupiter.api.io.TempDir;

/** docs/monitoring.md names everything that there is to watch. */
class MonitoringDocumentTest {
    private static final Path DOCUMENT = Path.of("../docs/monitoring.md");
    private static final List<String> OF_EVERY_EVENT = List.of("startTime", "duration", "eventThread", "stackTrace");
    private static final List<String> NOT_A_METRIC = List.of("copy", "toString", "rankLoads");

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @Test
    void everyMeterFieldAndValueIsExplained() throws IOException {
        String document = Files.readString(DOCUMENT);
        List<String> missing = new ArrayList<>();
        for (String name : names()) {
            if (!document.contains("`" + name + "`")) {
                missing.add(name);
            }
        }
        assertEquals(List.of(), missing, "docs/monitoring.md");
    }

    /** The commands for a running service, with this process in its place. */
    @Test
    void theCommandsFromOutsideShowPlans(@TempDir Path folder) throws Exception {
        List<String> commands = Files.readAllLines(DOCUMENT).stream()
                .filter(line -> line.matches("(jcmd|jfr) .*"))
                .toList();
        assertEquals(3, commands.size(), commands.toString());
        run(folder, commands.get(0));
        try (LoadBalancer balancer = LoadBalancer.builder()
                .experts(8)
                .ranks(8)
                .topology(Topologies.ring(8))
                .build()) {
            for (int batch = 0; batch < 5; batch++) {
                balancer.plan(new int[8]);
            }
        }
        run(folder, commands.get(1));
        List<String> printed = run(folder, commands.get(2));
        assertEquals(
                5,
                printed.stream()
                        .filter(line -> line.startsWith("io.lplb.Plan {"))
                        .count(),
                printed.toString());
        assertEquals(
                5,
                printed.stream()
                        .filter(line -> line.contains("status = \"OPTIMAL\""))
                        .count());
    }

    private static List<String> run(Path folder, String command) throws Exception {
        List<String> words = new ArrayList<>();
        for (String word : command.split(" ", -1)) {
            words.add(
                    word.equals("PID")
                            ? Long.toString(ProcessHandle.current().pid())
                            : word.replace(
                                    "plans.jfr", folder.resolve("plans.jfr").toString()));
        }
        words.set(
                0, Path.of(System.getProperty("java.home"), "bin", words.get(0)).toString());
        Path out = folder.resolve("out.txt");
        Process process = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        int exitCode = process.waitFor();
        List<String> lines = Files.readAllLines(out);
        assertEquals(0, exitCode, words + ": " + lines);
        return lines;
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
        try (WorkloadExchange exchange = WorkloadExchange.alone(8);
                RankBalancer balancer = LoadBalancer.builder()
                        .experts(8)
                        .ranks(1)
                        .eplb()
                        .listener(new PlanMetrics(registry, Tags.empty()))
                        .buildRank(exchange)) {
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
