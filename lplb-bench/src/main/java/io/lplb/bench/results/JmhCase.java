// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.results;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.openjdk.jmh.annotations.Mode;

/**
 * One call of JMH's runner: a benchmark with values of its parameters, all of whose combinations are meant.
 *
 * @param benchmark class and method
 * @param params values by parameter
 * @param gpu whether it runs on a GPU, where nothing else may run in its place
 * @param mode averages, or each operation by itself for the distribution of latencies
 */
record JmhCase(String benchmark, Map<String, List<String>> params, boolean gpu, Mode mode) {

    /** A case without parameters. */
    static JmhCase of(String benchmark) {
        return new JmhCase(benchmark, Map.of(), false, Mode.AverageTime);
    }

    /** The same with values of one more parameter. */
    JmhCase with(String name, List<?> values) {
        Map<String, List<String>> more = new LinkedHashMap<>(params);
        more.put(name, values.stream().map(Object::toString).toList());
        return new JmhCase(benchmark, more, gpu, mode);
    }

    /** The same with one value of one more parameter. */
    JmhCase with(String name, Object value) {
        return with(name, List.of(value));
    }

    /** The same on a GPU or not. */
    JmhCase onGpu(boolean gpu) {
        return new JmhCase(benchmark, params, gpu, mode);
    }

    /** The same, each operation timed by itself. */
    JmhCase eachByItself() {
        return new JmhCase(benchmark, params, gpu, Mode.SampleTime);
    }

    /** The measurements of which this is made, with one value of each parameter; the last parameter changes fastest. */
    List<JmhCase> singles() {
        List<JmhCase> singles = List.of(new JmhCase(benchmark, Map.of(), gpu, mode));
        for (Map.Entry<String, List<String>> param : params.entrySet()) {
            singles = singles.stream()
                    .flatMap(one -> param.getValue().stream().map(value -> one.with(param.getKey(), value)))
                    .toList();
        }
        return singles;
    }

    /** Benchmark and parameters for people. */
    String text() {
        return benchmark + " "
                + params.entrySet().stream()
                        .map(p -> p.getKey() + "=" + String.join(",", p.getValue()))
                        .collect(Collectors.joining(" "));
    }

    /** How many measurements this is. */
    int size() {
        return params.values().stream().mapToInt(List::size).reduce(1, Math::multiplyExact);
    }
}
