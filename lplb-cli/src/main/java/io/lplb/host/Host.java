// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.host;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** This machine and its virtual machine in words, for the head of reports and of files of results. */
public final class Host {
    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

    private Host() {}

    /** The processor's model, where the system tells it, and the number of cores that Java may use. */
    public static String processor() {
        return processor(CPU_INFO);
    }

    static String processor(Path cpuinfo) {
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

    /** Name, version and architecture of the operating system. */
    public static String system() {
        return property("os.name") + " " + property("os.version") + ", " + property("os.arch");
    }

    /** Name and version of the Java virtual machine. */
    public static String java() {
        return property("java.vm.name") + " " + Runtime.version();
    }

    private static String property(String name) {
        return System.getProperty(name, "?");
    }
}
