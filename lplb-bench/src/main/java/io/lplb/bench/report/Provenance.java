// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Where figures come from, for the head of a page: what (such as "machine") and its value, in the order of reading.
 *
 * @param entries from a name to a text
 */
public record Provenance(Map<String, String> entries) {
    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
    private static final DateTimeFormatter MINUTE = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT);

    /** A copy that keeps the order. */
    public Provenance {
        entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    }

    /**
     * This process: its machine and virtual machine, the time, and the command.
     *
     * @param version the version of this build
     * @param command as the user gave it
     */
    public static Provenance here(String version, String command) {
        Map<String, String> entries = new LinkedHashMap<>();
        entries.put("command", command);
        entries.put("machine", machine());
        entries.put("Java", System.getProperty("java.vm.name") + " " + Runtime.version());
        entries.put("version", version);
        entries.put("date", now());
        return new Provenance(entries);
    }

    /** The present minute. */
    static String now() {
        return MINUTE.format(Instant.now().atOffset(ZoneOffset.UTC));
    }

    private static String machine() {
        String processors = Runtime.getRuntime().availableProcessors() + " processors";
        String system = System.getProperty("os.name") + " " + System.getProperty("os.arch");
        return cpuModel() + processors + ", " + system;
    }

    private static String cpuModel() {
        try (Stream<String> lines = Files.lines(CPU_INFO)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).strip() + ", ")
                    .orElse("");
        } catch (IOException | UncheckedIOException e) {
            // Only Linux has the file; the rest of the description does without.
            return "";
        }
    }
}
