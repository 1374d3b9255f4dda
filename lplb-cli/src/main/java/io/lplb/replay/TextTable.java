// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import java.util.ArrayList;
import java.util.List;

/**
 * A table as plain text: first column to the left, the others to the right, two spaces between, every line indented by
 * two. Widths come from the content.
 */
public final class TextTable {
    private static final String GAP = "  ";

    private final List<List<String>> rows = new ArrayList<>();

    /** Starts a table with its column titles. */
    public TextTable(String... titles) {
        rows.add(List.of(titles));
    }

    /**
     * Adds a row.
     *
     * @throws IllegalArgumentException if there are not as many cells as titles
     */
    public void row(String... cells) {
        if (cells.length != rows.get(0).size()) {
            throw new IllegalArgumentException(
                    "cells: got " + cells.length + ", expected " + rows.get(0).size());
        }
        rows.add(List.of(cells));
    }

    /** Returns the table, each line with a line feed. */
    public String format() {
        int[] width = new int[rows.get(0).size()];
        for (List<String> row : rows) {
            for (int c = 0; c < width.length; c++) {
                width[c] = Math.max(width[c], row.get(c).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            for (int c = 0; c < width.length; c++) {
                String cell = row.get(c);
                String space = " ".repeat(width[c] - cell.length());
                boolean last = c == width.length - 1;
                text.append(GAP).append(c == 0 ? cell + (last ? "" : space) : space + cell);
            }
            text.append('\n');
        }
        return text.toString();
    }
}
