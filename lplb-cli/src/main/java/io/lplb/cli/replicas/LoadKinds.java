// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli.replicas;

import io.lplb.trace.LineReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Names of the kinds of load in a file of loads: the lines of {@code FILE_names.txt} beside {@code FILE.npy}. */
final class LoadKinds {
    private static final String SUFFIX = ".npy";
    private static final int MOST_LETTERS = 256;

    private LoadKinds() {}

    /** Returns a name per case; all are the same if there is no such file. */
    static List<String> of(Path loads, int cases) throws IOException {
        String file = String.valueOf(loads.getFileName());
        String stem = file.endsWith(SUFFIX) ? file.substring(0, file.length() - SUFFIX.length()) : file;
        Path names = loads.resolveSibling(stem + "_names.txt");
        if (!Files.isRegularFile(names)) {
            return Collections.nCopies(cases, "all");
        }
        List<String> kinds = new ArrayList<>();
        try (InputStream in = Files.newInputStream(names)) {
            LineReader lines = new LineReader(in, MOST_LETTERS);
            while (lines.next() && kinds.size() <= cases) {
                String kind = new String(lines.bytes(), 0, lines.length(), StandardCharsets.UTF_8).strip();
                if (lines.tooLong() || kind.chars().anyMatch(Character::isISOControl)) {
                    throw new IOException(names + ", line " + lines.number() + ": got a name of more than "
                            + MOST_LETTERS + " bytes or with control characters, expected a short line of text");
                }
                kinds.add(kind);
            }
        }
        if (kinds.size() != cases) {
            throw new IOException(names + ": got " + (kinds.size() > cases ? "more than " + cases : kinds.size())
                    + " lines, expected one for each of " + cases + " cases");
        }
        return kinds;
    }
}
