// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.results;

import io.lplb.host.Host;
import io.lplb.host.SourceCommit;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.util.Version;

/**
 * Where results come from.
 *
 * @param name of the run, such as cpu
 * @param command as the user gave it
 * @param commit of the sources, with -dirty after it if they were changed; "unknown" outside of a checkout
 * @param date in UTC, ISO 8601
 * @param machine processor and number of cores
 * @param os name, version and architecture
 * @param jvm name and version
 * @param jmh its version
 * @param gpu what the GPU's probe said, null if no GPU was used
 */
public record Header(
        String name,
        String command,
        String commit,
        String date,
        String machine,
        String os,
        String jvm,
        String jmh,
        @Nullable String gpu) {

    /** The header of a run on this machine, now. */
    public static Header here(String name, String command, @Nullable String gpu) {
        return new Header(
                name,
                command,
                SourceCommit.here(),
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                Host.processor(),
                Host.system(),
                Host.java(),
                Version.getPlainVersion(),
                gpu);
    }
}
