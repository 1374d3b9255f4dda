// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.results;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lplb.report.Quality;
import java.util.List;

/** Results made by hand, for tests of what is made from results. */
final class Samples {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Samples() {}

    static Header header(String name) {
        return new Header(
                name,
                "bin/lplb bench",
                "abc1234",
                "2026-01-02T03:04:05Z",
                "a machine, 2 cores",
                "an OS",
                "a JVM",
                "1.37",
                null);
    }

    /** A record as JMH writes it: the median {@code micros}, written in nanoseconds. */
    static JsonNode jmh(String benchmark, double micros, String... params) {
        ObjectNode record = MAPPER.createObjectNode().put("benchmark", "io.lplb.bench.jmh." + benchmark);
        ObjectNode named = record.putObject("params");
        for (int k = 0; k < params.length; k += 2) {
            named.put(params[k], params[k + 1]);
        }
        ObjectNode metric = record.putObject("primaryMetric");
        metric.put("score", micros * 1100).put("scoreUnit", "ns/op");
        ObjectNode percentiles = metric.putObject("scorePercentiles");
        percentiles.put("0.0", micros * 900).put("50.0", micros * 1000).put("99.0", micros * 1500);
        percentiles.put("99.9", micros * 2000).put("100.0", micros * 3000);
        record.putObject("secondaryMetrics").putObject("gc.alloc.rate.norm").put("score", 0.25);
        return record;
    }

    static JsonNode solve(String solver, String backend, String topology, double micros) {
        return solve(solver, backend, topology, "normal", "1", micros);
    }

    static JsonNode solve(String solver, String backend, String topology, String load, String batch, double micros) {
        return jmh(
                "SolveBenchmark.solve",
                micros,
                "solver",
                solver,
                "backend",
                backend,
                "topology",
                topology,
                "load",
                load,
                "batch",
                batch);
    }

    static Quality quality(String solver, double gapMean) {
        return new Quality(
                solver,
                "cpu",
                "cube",
                "normal",
                8,
                0,
                0,
                gapMean,
                2 * gapMean,
                1.01,
                1.02,
                List.of(8, 0, 0, 0, 0, 0, 0));
    }

    /** A greedy rule that is faster and worse, a general solver that is faster on one machine, a GPU that is slower. */
    static ResultFile file() {
        return new ResultFile(
                header("sample"),
                List.of(
                        solve("interior-point", "cpu", "cube", 6.5),
                        solve("relaxation", "cpu", "cube", 1.2),
                        solve("glop-reused", "cpu", "cube", 36),
                        solve("greedy-llep", "cpu", "cube", 0.3),
                        solve("interior-point", "cpu", "eplb64", 126),
                        solve("glop-reused", "cpu", "eplb64", 63),
                        solve("interior-point", "gpu-driver", "cube", 26),
                        ((ObjectNode) solve("relaxation", "cpu", "cube", 1.1)).put("mode", "sample"),
                        jmh("CountBenchmark.count", 0.00064, "load", "normal")),
                List.of(quality("interior-point", 0), quality("greedy-llep", 0.03), quality("hipparchus", Double.NaN)),
                List.of(Scaling.fit("ranks", "relaxation", "us", List.of(8.0, 16.0), List.of(1.0, 4.0))),
                List.of(new Missing("SolveBenchmark.solve batch=16384", "out of memory")));
    }
}
