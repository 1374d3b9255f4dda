// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.provider;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The arguments that the JVM must, and must not, have been started with. Without them TornadoVM 5.2.0 does not fail: it
 * runs a kernel as a plain method, reads stale values or uses wrong indices. They are looked for among the arguments of
 * the JVM, since a property that is set later has no effect.
 */
final class RequiredFlags {
    private static final Map<String, String> PROPERTIES = Map.of(
            "-Dtornado.recover.bailout=", "false",
            "-Djdk.graal.OptEarlyReadElimination=", "false",
            "-Dtornado.compiler.bytecodeInlining=", "true",
            "-Djdk.graal.TrivialInliningSize=", "20000",
            "-Djdk.graal.InlineDuringParsingMaxDepth=", "30",
            "-DInlineDuringParsingPlugin.NodeBudget=", "1000000");
    private static final List<String> SWITCHES = List.of("-XX:+EnableJVMCI");
    private static final List<String> FORBIDDEN = List.of("-XX:-UseCompressedOops", "-XX:-UseCompressedClassPointers");

    private RequiredFlags() {}

    /** Returns what is wrong with the arguments, sorted; empty if nothing is. */
    static List<String> problems(List<String> arguments) {
        List<String> problems = new ArrayList<>();
        PROPERTIES.forEach((name, value) -> {
            String last = "";
            for (String argument : arguments) {
                last = argument.startsWith(name) ? argument.substring(name.length()) : last;
            }
            if (!last.toLowerCase(Locale.ROOT).equals(value)) {
                problems.add("missing " + name + value);
            }
        });
        for (String wanted : SWITCHES) {
            if (!arguments.contains(wanted)) {
                problems.add("missing " + wanted);
            }
        }
        for (String unwanted : FORBIDDEN) {
            if (arguments.contains(unwanted)) {
                problems.add("not allowed " + unwanted);
            }
        }
        problems.sort(null);
        return problems;
    }
}
