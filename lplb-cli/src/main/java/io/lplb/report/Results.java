// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Contents of files of benchmark results.
 *
 * <p>Not thread-safe.
 */
public final class Results {
    final List<Provenance> origins = new ArrayList<>();
    final List<JmhResult> timings = new ArrayList<>();
    final List<QualityResult> quality = new ArrayList<>();
    final List<ScalingResult> scaling = new ArrayList<>();

    /** Points of scaling that came one by one: by axis, series and unit, times by size. */
    final Map<List<String>, TreeMap<Double, Double>> points = new TreeMap<>(Results::compare);

    Results() {}

    private static int compare(List<String> a, List<String> b) {
        return String.join("\n", a).compareTo(String.join("\n", b));
    }
}
