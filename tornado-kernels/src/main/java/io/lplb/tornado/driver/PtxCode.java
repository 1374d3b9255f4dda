// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.driver;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * PTX as TornadoVM emits it, made fit to be kept: its kernel gets a name without the hash of an object, and the header asks
 * for no more than the instructions need.
 */
final class PtxCode {
    /** sm_80 needs PTX 7.0; nothing that TornadoVM emits for our kernels is newer. */
    private static final String VERSION = ".version 7.0";

    private static final String TARGET = ".target sm_" + DriverProvider.LEAST_CAPABILITY;

    private static final Pattern ENTRY = Pattern.compile("\\.visible \\.entry (\\w+)\\(([^)]*)\\)");
    private static final Pattern SHARED = Pattern.compile("\\.shared \\.[sfub](\\d+) \\w+\\[(\\d+)\\]");

    private final String text;
    private final int parameters;

    /**
     * @param emitted one module with one entry
     * @param entry the kernel's new name
     */
    PtxCode(String emitted, String entry) {
        Matcher found = ENTRY.matcher(emitted);
        if (!found.find()) {
            throw new IllegalArgumentException("PTX: got no entry, expected one");
        }
        parameters = found.group(2).split(",", -1).length;
        text = emitted.replace(found.group(1), entry)
                        .replaceFirst("(?m)^\\.version \\S+", VERSION)
                        .replaceFirst("(?m)^\\.target \\S+", TARGET)
                        .replaceAll("(?m)[ \\t]+$", "")
                        .strip()
                + "\n";
    }

    String text() {
        return text;
    }

    int parameters() {
        return parameters;
    }

    /** Returns the bytes of shared memory that the code declares. */
    int sharedBytes() {
        int bytes = 0;
        for (Matcher m = SHARED.matcher(text); m.find(); ) {
            bytes += Integer.parseInt(m.group(1)) / Byte.SIZE * Integer.parseInt(m.group(2));
        }
        return bytes;
    }

    /** Returns how often a text occurs. */
    int count(String part) {
        return (text.length() - text.replace(part, "").length()) / part.length();
    }
}
