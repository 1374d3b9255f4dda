// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli.replicas;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;

/** Names of the kinds of load in a file of loads: the lines of {@code FILE_names.txt} beside {@code FILE.npy}. */
final class LoadKinds {
    private static final String SUFFIX = ".npy";

    private LoadKinds() {}

    /** Returns a name per case; all are the same if there is no such file. */
    static List<String> of(Path loads, int cases) throws IOException {
        String file = String.valueOf(loads.getFileName());
        String stem = file.endsWith(SUFFIX) ? file.substring(0, file.length() - SUFFIX.length()) : file;
        Path names = loads.resolveSibling(stem + "_names.txt");
        if (!Files.isRegularFile(names)) {
            return Collections.nCopies(cases, "all");
        }
        List<String> kinds = Files.readAllLines(names);
        if (kinds.size() != cases) {
            throw new IOException(
                    names + ": got " + kinds.size() + " lines, expected one for each of " + cases + " cases");
        }
        return kinds;
    }
}
