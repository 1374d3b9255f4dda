// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.doctor;

import com.sun.management.HotSpotDiagnosticMXBean;
import io.lplb.solver.Backends;
import io.lplb.solver.SolverProvider.Availability;
import io.lplb.tornado.provider.DriverProvider;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The rungs that need no GPU: Java, what the compiler makes of the processor, the JVM's arguments, and the CPU solvers. */
final class HostChecks {
    private static final int JAVA = 25;
    private static final int LEAST_VECTOR_BYTES = 16;

    private HostChecks() {}

    static void add(Ladder ladder) {
        ladder.add("java", "Java", Set.of(), () -> java(Runtime.version().feature()));
        ladder.add("cpu", "Vector instructions", Set.of(), () -> vectors(vmOption("MaxVectorSize")));
        ladder.add(
                "jvm",
                "Arguments of this JVM",
                Set.of(),
                () -> arguments(HostChecks.class.getModule().isNativeAccessEnabled()));
        ladder.add("cpu-solve", "Solve on the CPU", Set.of("java"), () -> new SolveCheck().run("cpu"));
    }

    static Availability java(int feature) {
        return feature >= JAVA
                ? new Availability(true, "Java " + feature + ", expected " + JAVA + " or newer.", "")
                : new Availability(
                        false,
                        "Java " + feature + ", expected " + JAVA + " or newer.",
                        "Point JAVA_HOME to a JDK " + JAVA + " (https://adoptium.net).");
    }

    /** The just-in-time compiler's widest vectors, in bytes; null if this JVM does not say. */
    static Availability vectors(@Nullable String bytes) {
        if (bytes == null) {
            return new Availability(true, "This JVM does not say how wide its vectors are.", "");
        }
        int width = Integer.parseInt(bytes);
        return width >= LEAST_VECTOR_BYTES
                ? new Availability(true, "The JVM compiles to vectors of " + 8 * width + " bits.", "")
                : new Availability(
                        false,
                        "The JVM compiles without vectors (MaxVectorSize is " + width + ").",
                        "Leave out -XX:MaxVectorSize, -XX:UseAVX=0 and -Xint.");
    }

    private static @Nullable String vmOption(String name) {
        HotSpotDiagnosticMXBean bean = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        if (bean == null) {
            return null;
        }
        try {
            return bean.getVMOption(name).getValue();
        } catch (IllegalArgumentException e) {
            // Not a flag of this JVM.
            return null;
        }
    }

    static Availability arguments(boolean nativeAccess) {
        List<String> set = new ArrayList<>();
        for (String name : List.of(
                Backends.REQUIRE_PROPERTY,
                DriverProvider.LAUNCHER_PROPERTY,
                DriverProvider.DEVICE_PROPERTY,
                DriverProvider.LIBRARY_PROPERTY)) {
            String value = System.getProperty(name);
            if (value != null) {
                set.add(name + "=" + value);
            }
        }
        String properties = set.isEmpty() ? "No property of LPLB is set." : "Set: " + String.join(", ", set) + ".";
        return nativeAccess
                ? new Availability(true, "Native calls are allowed. " + properties, "")
                : new Availability(
                        false,
                        "Native calls are not allowed, so Java warns of them or refuses them. " + properties,
                        "Start Java with --enable-native-access=ALL-UNNAMED.");
    }
}
