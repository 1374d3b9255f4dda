// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

import java.util.Arrays;
import java.util.List;

/**
 * How kernels are run, from system properties that each new plan reads:
 *
 * <ul>
 *   <li>{@code lplb.emulator.checks}: {@code on} (default) checks every access to local and global arrays; {@code off}
 *       leaves the checks of barriers, shuffles and bounds.
 *   <li>{@code lplb.emulator.coroutines}: {@code auto} (default) takes the JDK's continuations when the JVM runs with
 *       {@code --add-exports java.base/jdk.internal.vm=ALL-UNNAMED} and virtual threads, about ten times slower, when
 *       not; {@code continuations} or {@code threads} insists on one.
 *   <li>{@code lplb.emulator.loopLimit}: loop iterations of one thread between two synchronisations that count as
 *       endless; default 2^30.
 *   <li>{@code lplb.emulator.kernelPackages}: packages, separated by commas, that together with their subpackages and
 *       the kernel's own package hold code that is checked; default {@code io.lplb.tornado.kernel}.
 * </ul>
 *
 * @param checks whether accesses are checked
 * @param continuations whether device threads are continuations, otherwise virtual threads
 * @param loopLimit iterations that count as endless
 * @param kernelPackages packages whose classes are checked
 */
record EmulatorSettings(boolean checks, boolean continuations, int loopLimit, List<String> kernelPackages) {
    static EmulatorSettings fromSystemProperties() {
        return new EmulatorSettings(
                choice("checks", "on", "off") == 0,
                continuations(choice("coroutines", "auto", "continuations", "threads")),
                Integer.getInteger("lplb.emulator.loopLimit", 1 << 30),
                Arrays.stream(System.getProperty("lplb.emulator.kernelPackages", "io.lplb.tornado.kernel")
                                .split(","))
                        .map(String::strip)
                        .toList());
    }

    private static boolean continuations(int choice) {
        if (choice == 1 && !ContinuationCoroutine.AVAILABLE) {
            throw new IllegalStateException(
                    "lplb.emulator.coroutines: got continuations, expected a JVM that runs with "
                            + "--add-exports java.base/jdk.internal.vm=ALL-UNNAMED");
        }
        return choice != 2 && ContinuationCoroutine.AVAILABLE;
    }

    private static int choice(String name, String... allowed) {
        String key = "lplb.emulator." + name;
        String value = System.getProperty(key, allowed[0]);
        int choice = Arrays.asList(allowed).indexOf(value);
        if (choice < 0) {
            throw new IllegalArgumentException(
                    key + ": got " + value + ", expected one of " + String.join(", ", allowed));
        }
        return choice;
    }
}
