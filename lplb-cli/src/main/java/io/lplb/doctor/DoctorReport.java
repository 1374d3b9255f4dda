// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.doctor;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.lplb.doctor.Check.State;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The outcome of doctor as text and as JSON, and its exit code:
 *
 * <ul>
 *   <li>0: the CPU's solvers work, every solve that was tried passed, and what was required works;
 *   <li>1: otherwise.
 * </ul>
 *
 * A GPU that is not there is no failure unless it is required.
 *
 * <p>JSON: an object with {@code facts} (texts by name), {@code checks} (list of {@code id}, {@code title},
 * {@code state}, {@code reason}, {@code remedy}), {@code works} (backends) and {@code exitCode}. The names of fields, ids
 * and states are stable; the texts are for people.
 */
public final class DoctorReport {
    /** Backends by name, with the rungs of which any one makes them work. */
    private static final Map<String, Set<String>> BACKENDS = new LinkedHashMap<>();

    static {
        BACKENDS.put("cpu", Set.of("cpu-solve"));
        BACKENDS.put("emulator", Set.of("emulator-solve"));
        BACKENDS.put("gpu", Set.of("gpu-driver-solve", "gpu-tornado-solve"));
        BACKENDS.put("gpu-driver", Set.of("gpu-driver-solve"));
        BACKENDS.put("gpu-tornado", Set.of("gpu-tornado-solve"));
    }

    private final Map<String, String> facts;
    private final List<Check> checks;
    private final Set<String> required;

    /**
     * A report.
     *
     * @param facts texts by name
     * @param required names of {@link #backends()}
     * @throws IllegalArgumentException if a name is none of them
     */
    public DoctorReport(Map<String, String> facts, List<Check> checks, Set<String> required) {
        for (String name : required) {
            if (!BACKENDS.containsKey(name)) {
                throw new IllegalArgumentException(
                        "require: got " + name + ", expected one of " + String.join(", ", BACKENDS.keySet()));
            }
        }
        this.facts = new LinkedHashMap<>(facts);
        this.checks = List.copyOf(checks);
        this.required = new TreeSet<>(required);
    }

    /** Returns the names of what can be required. */
    public static Set<String> backends() {
        return BACKENDS.keySet();
    }

    private boolean works(String backend) {
        Set<String> any = BACKENDS.getOrDefault(backend, Set.of());
        return checks.stream().anyMatch(check -> check.passed() && any.contains(check.id()));
    }

    private List<String> working() {
        List<String> working = new ArrayList<>(BACKENDS.keySet());
        working.removeIf(backend -> !works(backend));
        return working;
    }

    /** Returns the exit code. */
    public int exitCode() {
        boolean wrong = checks.stream()
                .anyMatch(check -> check.state() == State.FAILED && check.id().endsWith("-solve"));
        return wrong || !works("cpu") || !required.stream().allMatch(this::works) ? 1 : 0;
    }

    /** Prints the report for people. */
    public void print(PrintWriter out) {
        facts.forEach((name, value) -> out.printf(Locale.ROOT, "%-12s%s%n", name, value));
        out.println("checks");
        for (Check check : checks) {
            String text = (check.reason() + " " + check.remedy()).strip();
            out.printf(Locale.ROOT, "  %-13s%-19s%s: %s%n", check.state().text(), check.id(), check.title(), text);
        }
        out.printf(Locale.ROOT, "%-12s%s%n", "works", String.join(", ", working()));
        for (String name : required) {
            if (!works(name)) {
                out.printf(Locale.ROOT, "%-12s%s is required and does not work%n", "missing", name);
            }
        }
    }

    /** Writes the report for programs, in UTF-8; does not close the stream. */
    public void writeJson(OutputStream out) throws IOException {
        JsonGenerator json = new JsonFactory().createGenerator(out);
        json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        json.useDefaultPrettyPrinter();
        json.writeStartObject();
        json.writeObjectFieldStart("facts");
        for (Map.Entry<String, String> fact : facts.entrySet()) {
            json.writeStringField(fact.getKey(), fact.getValue());
        }
        json.writeEndObject();
        json.writeArrayFieldStart("checks");
        for (Check check : checks) {
            json.writeStartObject();
            json.writeStringField("id", check.id());
            json.writeStringField("title", check.title());
            json.writeStringField("state", check.state().name());
            json.writeStringField("reason", check.reason());
            json.writeStringField("remedy", check.remedy());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("works");
        for (String backend : working()) {
            json.writeString(backend);
        }
        json.writeEndArray();
        json.writeNumberField("exitCode", exitCode());
        json.writeEndObject();
        json.writeRaw('\n');
        json.close();
    }
}
