// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.results;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The page docs/results.md, made from the committed files of results. The same files give the same text, so a test can tell whether
 * the page is out of date.
 */
public final class ResultPages {
    private static final String NONE =
            "\nNo results are committed. `lplb-bench/measure.sh` makes them, see docs/measurements/bench.md.\n";

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

    /** Returns the page with all tables. */
    public static String page(List<ResultFile> results) {
        StringBuilder page = new StringBuilder("""
                # Results

                Made by `bin/lplb bench --page docs/results.md` from the files in `lplb-bench/results`. What is measured, and how:
                [measurements/bench.md](measurements/bench.md). Times are medians on one core or one GPU. Gap: largest rank load above the
                optimum. Rejected: LPLB's algorithm gave the even split, not trusting its own answer.
                """);
        page.append(results.isEmpty() ? NONE : "");
        for (ResultFile file : results) {
            origin(page, file.header());
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

    private static void origin(StringBuilder text, Header from) {
        text.append(text.toString().endsWith("\n\n") ? "" : "\n");
        text.append("## Measured: ").append(from.name()).append("\n\n").append(from.machine());
        if (from.gpu() != null) {
            text.append("; ").append(from.gpu().replaceFirst("\\.$", ""));
        }
        text.append("; ").append(from.os()).append("; ").append(from.jvm());
        text.append("; commit ").append(from.commit()).append(", ").append(from.date(), 0, 10);
        text.append(".\n`").append(from.command()).append("`\n\n");
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
