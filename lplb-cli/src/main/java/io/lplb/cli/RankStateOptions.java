// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import io.lplb.problem.MinMaxProblem;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Ranks that have failed and speeds of ranks, for commands that balance. */
public final class RankStateOptions {
    @Option(
            names = "--inactive",
            paramLabel = "RANK",
            split = ",",
            description = "Ranks that get no token, separated by commas; none if absent.")
    private int @Nullable [] inactive;

    @Option(
            names = "--speeds",
            paramLabel = "S",
            split = ",",
            description = "Speed of every rank, separated by commas; 0 is as good as inactive; 1 everywhere if absent.")
    private double @Nullable [] speeds;

    /**
     * Returns the speed of every rank, 0 for one that gets no token; empty if all are 1.
     *
     * @throws IllegalArgumentException if a rank does not exist, a speed is none, or no rank is left
     */
    public List<Double> speeds(int ranks) {
        if (inactive == null && speeds == null) {
            return List.of();
        }
        double[] result = new double[ranks];
        Arrays.fill(result, 1);
        if (speeds != null) {
            if (speeds.length != ranks) {
                throw new IllegalArgumentException(
                        "speeds: got " + speeds.length + ", expected one for each of " + ranks + " ranks");
            }
            MinMaxProblem.requireSpeeds(speeds);
            result = speeds.clone();
        }
        if (inactive != null) {
            for (int rank : inactive) {
                if (rank < 0 || rank >= ranks) {
                    throw new IllegalArgumentException("inactive: got rank " + rank + ", expected 0.." + (ranks - 1));
                }
                result[rank] = 0;
            }
        }
        if (Arrays.stream(result).noneMatch(s -> s > 0)) {
            throw new IllegalArgumentException("inactive: got all " + ranks + " ranks, expected one that is active");
        }
        return Arrays.stream(result).boxed().toList();
    }

    /** The same options as arguments for a rank in another process. */
    List<String> arguments(int ranks) {
        List<Double> all = speeds(ranks);
        return all.isEmpty()
                ? List.of()
                : List.of("--speeds=" + all.stream().map(String::valueOf).collect(Collectors.joining(",")));
    }

    /** Says in a line which ranks are inactive and what the speeds are; empty if all are active and of speed 1. */
    public static String text(List<Double> speeds) {
        if (speeds.stream().allMatch(s -> s == 1)) {
            return "";
        }
        String inactive = IntStream.range(0, speeds.size())
                .filter(r -> speeds.get(r) == 0)
                .mapToObj(String::valueOf)
                .collect(Collectors.joining(", "));
        boolean unit = speeds.stream().allMatch(s -> s == 0 || s == 1);
        return (inactive.isEmpty() ? "" : "inactive " + inactive)
                + (inactive.isEmpty() || unit ? "" : "; ")
                + (unit
                        ? ""
                        : "speeds " + speeds.stream().map(String::valueOf).collect(Collectors.joining(", ")) + "; loads"
                                + " are tokens / speed");
    }
}
