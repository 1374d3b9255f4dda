// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.results;

import io.lplb.replay.TextTable;
import java.util.List;

/**
 * A small table: the first column names the rows.
 *
 * @param title says what the cells are, with their unit
 * @param columns titles, the first for the names of the rows
 * @param rows cells, as many as columns
 */
public record Grid(String title, List<String> columns, List<List<String>> rows) {

    /** Copies the lists. */
    public Grid {
        columns = List.copyOf(columns);
        rows = rows.stream().map(List::copyOf).toList();
    }

    /** Returns the table for a terminal, title first. */
    public String text() {
        TextTable table = new TextTable(columns.toArray(String[]::new));
        rows.forEach(row -> table.row(row.toArray(String[]::new)));
        return title + "\n" + table.format();
    }

    /** Returns the table in Markdown, title first. */
    public String markdown() {
        StringBuilder text = new StringBuilder(title).append("\n\n");
        line(text, columns);
        text.append('|')
                .append("---|")
                .append("--:|".repeat(columns.size() - 1))
                .append('\n');
        rows.forEach(row -> line(text, row));
        return text.toString();
    }

    private static void line(StringBuilder text, List<String> cells) {
        text.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }
}
