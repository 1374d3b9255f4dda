// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.report;

import io.lplb.host.Host;
import io.lplb.host.SourceCommit;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Where figures come from, for the head of a page: what (such as "machine") and its value, in the order of reading.
 *
 * @param entries from a name to a text
 */
public record Provenance(Map<String, String> entries) {
    private static final DateTimeFormatter MINUTE = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT);

    /** A copy that keeps the order. */
    public Provenance {
        entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    }

    /**
     * This process: its machine and virtual machine, the commit, the time, and the command.
     *
     * @param version the version of this build
     * @param command as the user gave it
     */
    public static Provenance here(String version, String command) {
        Map<String, String> entries = new LinkedHashMap<>();
        entries.put("command", command);
        entries.put("machine", Host.processor() + "; " + Host.system());
        entries.put("Java", Host.java());
        entries.put("version", version);
        entries.put("commit", SourceCommit.here());
        entries.put("date", now());
        return new Provenance(entries);
    }

    /** The present minute. */
    static String now() {
        return MINUTE.format(Instant.now().atOffset(ZoneOffset.UTC));
    }
}
