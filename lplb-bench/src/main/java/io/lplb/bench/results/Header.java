// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.results;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
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
                builtFrom(),
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                machineOf(Path.of("/proc/cpuinfo")),
                property("os.name") + " " + property("os.version") + ", " + property("os.arch"),
                property("java.vm.name") + " " + Runtime.version(),
                Version.getPlainVersion(),
                gpu);
    }

    private static String property(String name) {
        return System.getProperty(name, "?");
    }

    private static String machineOf(Path cpuinfo) {
        String cores = Runtime.getRuntime().availableProcessors() + " cores";
        try (BufferedReader lines = Files.newBufferedReader(cpuinfo, StandardCharsets.ISO_8859_1)) {
            return lines.lines()
                    .filter(line -> line.startsWith("model name") && line.contains(":"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip() + ", " + cores)
                    .findFirst()
                    .orElse(cores);
        } catch (IOException e) {
            // Not Linux, or /proc is hidden: the model stays unsaid.
            return cores;
        }
    }

    /** What git says of the folder that this class was built in. */
    private static String builtFrom() {
        CodeSource source = Header.class.getProtectionDomain().getCodeSource();
        if (source == null) {
            return "unknown";
        }
        try {
            Path built = Path.of(source.getLocation().toURI());
            Path folder = Files.isDirectory(built) ? built : built.getParent();
            Process git = new ProcessBuilder(List.of(
                            "git", "-C", String.valueOf(folder), "describe", "--always", "--dirty", "--abbrev=7"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            git.getOutputStream().close();
            String answer = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return git.waitFor() == 0 && !answer.isEmpty() ? answer : "unknown";
        } catch (IOException | URISyntaxException e) {
            // No git, or no file system behind the class path.
            return "unknown";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "unknown";
        }
    }
}
