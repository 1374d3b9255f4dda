// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.cli;

import io.lplb.solver.SolverProvider;
import io.lplb.solver.SolverProvider.Availability;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code lplb doctor}: Java, the machine, and the backends with the reason for each that is not available. */
@Command(name = "doctor", description = "Say what this machine offers: Java, processor, memory and backends.")
final class DoctorCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private Lplb lplb;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = lplb.console().outText();
        row(out, "lplb", Version.text());
        row(out, "java", java());
        row(out, "system", property("os.name") + " " + property("os.version") + ", " + property("os.arch"));
        row(out, "processor", processor(Path.of("/proc/cpuinfo")));
        row(out, "memory", memory());
        out.println("backends");
        for (SolverProvider provider : BackendTable.here().providers()) {
            Availability found = BackendTable.probe(provider);
            String state = found.available() ? "available" : "not available";
            out.printf(Locale.ROOT, "  %-10s%-15s%s%n", provider.backend(), state, found.text());
        }
        return 0;
    }

    private static void row(PrintWriter out, String name, String value) {
        out.printf(Locale.ROOT, "%-12s%s%n", name, value);
    }

    private static String property(String name) {
        return System.getProperty(name, "?");
    }

    private static String java() {
        return Runtime.version() + ", " + property("java.vendor") + ", " + property("java.home");
    }

    private static String processor(Path cpuinfo) {
        String cores = Runtime.getRuntime().availableProcessors() + " cores";
        try (BufferedReader lines = Files.newBufferedReader(cpuinfo, StandardCharsets.ISO_8859_1)) {
            return lines.lines()
                    .filter(line -> line.startsWith("model name") && line.contains(":"))
                    .map(line ->
                            cores + ", " + line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(cores);
        } catch (IOException e) {
            // Not Linux, or /proc is hidden: the model stays unsaid.
            return cores;
        }
    }

    private static String memory() {
        String heap = gibibytes(Runtime.getRuntime().maxMemory()) + " for the heap";
        OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
        return system instanceof com.sun.management.OperatingSystemMXBean machine
                ? gibibytes(machine.getTotalMemorySize()) + ", " + heap
                : heap;
    }

    private static String gibibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1 << 30));
    }
}
