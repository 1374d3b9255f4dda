// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Problems with a known optimum, one JSON object a line:
 *
 * <pre>
 *   {"id", "ranks", "fixed": [ranks], "items": [[load, [host ranks]], ...], "speed": [ranks] (optional), "optimum"}
 * </pre>
 *
 * Thirty of them are part of the tests: shapes and loads of every kind, optima by HiGHS, its simplex and its interior
 * point agreeing to 1e-7. Many more are beside the checkout, in {@code shared/golden}, on machines that have them.
 */
public final class GoldenProblems {
    private static final Path SHARED = Path.of("shared", "golden", "minmax.jsonl");
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private GoldenProblems() {}

    /** Says on the console what was read from beside the project; JUnit's own reporter says it to nobody. */
    public static void say(String message) {
        System.getLogger(GoldenProblems.class.getName()).log(System.Logger.Level.INFO, message);
    }

    /** Returns the problems that come with the tests. */
    public static List<ProblemCase> embedded() {
        try (InputStream in = Objects.requireNonNull(
                GoldenProblems.class.getResourceAsStream("/golden-sample.jsonl"), "golden-sample.jsonl")) {
            return read(new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns where the shared problems are, if they are on this machine: searched from the working directory up. */
    public static Optional<Path> sharedFile() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path file = at.resolve(SHARED);
            if (Files.isReadable(file)) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }

    /** Returns the problems of a file. */
    public static List<ProblemCase> read(Path file) {
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            return read(lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<ProblemCase> read(BufferedReader lines) throws IOException {
        List<ProblemCase> cases = new ArrayList<>();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            cases.add(parse(MAPPER.readTree(line)));
        }
        return cases;
    }

    private static ProblemCase parse(JsonNode node) {
        JsonNode items = node.required("items");
        int[][] hosts = new int[items.size()][];
        double[] load = new double[items.size()];
        for (int i = 0; i < load.length; i++) {
            load[i] = items.get(i).get(0).doubleValue();
            JsonNode list = items.get(i).get(1);
            hosts[i] = new int[list.size()];
            for (int k = 0; k < hosts[i].length; k++) {
                hosts[i][k] = list.get(k).intValue();
            }
        }
        JsonNode speed = node.get("speed");
        MinMaxProblem problem =
                MinMaxProblem.of(node.required("ranks").intValue(), speed == null ? null : numbers(speed), hosts);
        MinMaxBatch batch = MinMaxBatch.of(problem, numbers(node.required("fixed")), load);
        return new ProblemCase(
                node.required("id").textValue(), batch, node.required("optimum").doubleValue());
    }

    private static double[] numbers(JsonNode array) {
        double[] values = new double[array.size()];
        for (int k = 0; k < values.length; k++) {
            values[k] = array.get(k).doubleValue();
        }
        return values;
    }
}
