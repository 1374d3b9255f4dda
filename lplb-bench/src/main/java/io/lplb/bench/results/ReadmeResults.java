// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.results;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The part of the README that is made from the committed files of results, between two comments. The same files give the
 * same text, so a test can tell whether the README is out of date.
 */
public final class ReadmeResults {
    static final String BEGIN = "<!-- results: made by 'bin/lplb bench --readme README.md' from lplb-bench/results -->";
    static final String END = "<!-- end of results -->";

    private ReadmeResults() {}

    /**
     * Reads the files of results in a folder, by name.
     *
     * @throws IOException if the folder or a file cannot be read, or a file is not one of results
     */
    public static List<ResultFile> read(Path folder) throws IOException {
        List<Path> paths = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.json")) {
            files.forEach(paths::add);
        }
        paths.sort(null);
        List<ResultFile> results = new ArrayList<>();
        for (Path path : paths) {
            results.add(ResultFile.read(path));
        }
        return results;
    }

    /**
     * Returns the README with the part made anew.
     *
     * @throws IllegalArgumentException if the README has not both comments, in their order
     */
    public static String update(String readme, List<ResultFile> results) {
        int begin = readme.indexOf(BEGIN);
        int end = readme.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new IllegalArgumentException(
                    "README: got no part for results, expected the comments '" + BEGIN + "' and '" + END + "'");
        }
        return readme.substring(0, begin) + BEGIN + "\n" + section(results) + readme.substring(end);
    }

    private static String section(List<ResultFile> results) {
        StringBuilder text = new StringBuilder();
        if (results.isEmpty()) {
            text.append(
                    "\nNo results are committed. `bin/lplb bench --all --json lplb-bench/results/cpu.json` makes them.\n");
        }
        for (ResultFile file : results) {
            Header from = file.header();
            text.append("\n### ").append(from.name()).append("\n\n");
            text.append(from.machine()).append(from.gpu() == null ? "" : "; " + from.gpu());
            text.append("; ").append(from.os()).append("; ").append(from.jvm());
            text.append("; commit ")
                    .append(from.commit())
                    .append(", ")
                    .append(from.date(), 0, 10)
                    .append(".\n");
            text.append("`").append(from.command()).append("`\n\n");
            Tables.of(file).forEach(grid -> text.append(grid.markdown()).append('\n'));
            List<String> findings = Findings.of(file);
            if (!findings.isEmpty()) {
                text.append("Where others are better:\n\n");
                findings.forEach(finding -> text.append("- ").append(finding).append('\n'));
            }
        }
        return text.append('\n').toString();
    }
}
