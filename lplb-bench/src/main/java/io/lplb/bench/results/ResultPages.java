// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.results;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What people read of the committed files of results: a part of the README between two comments with a few tables, and a
 * page of its own with all of them. The same files give the same text, so a test can tell whether either is out of date.
 */
public final class ResultPages {
    static final String BEGIN = "<!-- results: made by 'bin/lplb bench --readme README.md' from lplb-bench/results -->";
    static final String END = "<!-- end of results -->";

    private static final String NONE =
            "\nNo results are committed. `lplb-bench/measure.sh` makes them, see docs/notes-bench.md.\n";

    private ResultPages() {}

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
     * Returns the README with its part made anew.
     *
     * @throws IllegalArgumentException if the README has not both comments, in their order
     */
    public static String readme(String readme, List<ResultFile> results) {
        int begin = readme.indexOf(BEGIN);
        int end = readme.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new IllegalArgumentException(
                    "README: got no part for results, expected the comments '" + BEGIN + "' and '" + END + "'");
        }
        StringBuilder part = new StringBuilder(results.isEmpty() ? NONE : "");
        for (ResultFile file : results) {
            origin(part, "###", file.header());
            Summary.of(file).forEach(grid -> part.append(grid.markdown()).append('\n'));
            ending(part, file, counted(file.missing()));
        }
        return readme.substring(0, begin) + BEGIN + "\n" + part.toString().stripTrailing() + "\n\n"
                + readme.substring(end);
    }

    /** Returns the page with all tables. */
    public static String page(List<ResultFile> results) {
        StringBuilder page = new StringBuilder("""
                # Results

                Made by `bin/lplb bench --readme README.md` from the files in `lplb-bench/results`. What is measured, and how:
                [notes-bench.md](notes-bench.md). Times are medians on one core or one GPU. Gap: largest rank load above the
                optimum. Rejected: LPLB's algorithm gave the even split, not trusting its own answer.
                """);
        page.append(results.isEmpty() ? NONE : "");
        for (ResultFile file : results) {
            origin(page, "##", file.header());
            Tables.of(file).forEach(grid -> page.append(grid.markdown()).append('\n'));
            ending(
                    page,
                    file,
                    file.missing().stream()
                            .map(m -> m.what() + ": " + m.reason())
                            .toList());
        }
        return page.toString().stripTrailing() + "\n";
    }

    private static void origin(StringBuilder text, String level, Header from) {
        text.append(text.toString().endsWith("\n\n") ? "" : "\n");
        text.append(level)
                .append(" Measured: ")
                .append(from.name())
                .append("\n\n")
                .append(from.machine());
        if (from.gpu() != null) {
            text.append("; ").append(from.gpu().replaceFirst("\\.$", ""));
        }
        text.append("; ").append(from.os()).append("; ").append(from.jvm());
        text.append("; commit ").append(from.commit()).append(", ").append(from.date(), 0, 10);
        text.append(".\n`").append(from.command()).append("`\n\n");
    }

    /** How much is missing for each reason. */
    private static List<String> counted(List<Missing> missing) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        missing.forEach(m -> counts.merge(m.reason(), 1, Integer::sum));
        List<String> sentences = new ArrayList<>();
        counts.forEach(
                (reason, count) -> sentences.add(count + (count == 1 ? " measurement: " : " measurements: ") + reason));
        return sentences;
    }

    private static void ending(StringBuilder text, ResultFile file, List<String> missing) {
        list(text, "Where others are better:", Findings.of(file));
        list(text, "Asked for and not measured:", missing);
    }

    private static void list(StringBuilder text, String title, List<String> sentences) {
        if (!sentences.isEmpty()) {
            text.append(title).append("\n\n");
            sentences.forEach(s -> text.append("- ").append(s).append('\n'));
            text.append('\n');
        }
    }
}
