// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import io.lplb.cli.output.AtomicOutput;
import io.lplb.doctor.Doctor;
import io.lplb.doctor.DoctorReport;
import io.lplb.host.Host;
import io.lplb.host.SourceCommit;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code lplb doctor}: a ladder of checks from Java to a solve on each backend, with reason and remedy. */
@Command(
        name = "doctor",
        description = {
            "Say what works on this machine, step by step, and what to do about what does not.",
            "",
            "What could end the process (NVIDIA's driver, TornadoVM) runs in child processes.",
            "Exit code: 0 if the CPU's solvers work, every solve that was tried passed and what --require names works;",
            "1 otherwise; 2 for a wrong command line. A GPU that is not there is no failure unless it is required.",
            ""
        })
final class DoctorCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private Lplb lplb;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            arity = "0..1",
            fallbackValue = "-",
            description = "Write the result as JSON instead, to a file or to standard output.")
    private @Nullable String json;

    @Option(
            names = "--require",
            paramLabel = "BACKEND",
            completionCandidates = BackendNames.class,
            description = "Fail unless this works, one of ${COMPLETION-CANDIDATES}; may be repeated.")
    private Set<String> required = new TreeSet<>();

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "Time for each child process; ${DEFAULT-VALUE} if absent.")
    private int seconds = 90;

    @Override
    public Integer call() throws IOException {
        if (seconds < 1) {
            throw new IllegalArgumentException("timeout: got " + seconds + ", expected at least 1 second");
        }
        Map<String, String> facts = facts();
        // Refuses a wrong name before the children are started.
        new DoctorReport(facts, List.of(), required);
        DoctorReport report = new DoctorReport(facts, Doctor.examine(Duration.ofSeconds(seconds)), required);
        if (json == null) {
            report.print(lplb.console().outText());
        } else {
            try (AtomicOutput out = AtomicOutput.to(json, lplb.console())) {
                report.writeJson(out.stream());
                out.commit();
            }
        }
        return report.exitCode();
    }

    private static Map<String, String> facts() throws IOException {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("lplb", Version.text() + ", commit " + SourceCommit.here());
        facts.put("java", Runtime.version() + ", " + property("java.vendor") + ", " + property("java.home"));
        facts.put("system", Host.system());
        facts.put("processor", Host.processor());
        facts.put("memory", memory());
        return facts;
    }

    private static String property(String name) {
        return System.getProperty(name, "?");
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

    /** Names of what can be required, for the help text. */
    static final class BackendNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return DoctorReport.backends().iterator();
        }
    }
}
