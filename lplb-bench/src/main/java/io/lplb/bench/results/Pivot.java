// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.results;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A table made cell by cell; rows and columns stand in the order in which they are first named.
 *
 * <p>Not thread-safe.
 */
final class Pivot {
    private final String title;
    private final String corner;
    private final Set<String> columns = new LinkedHashSet<>();
    private final Map<String, Map<String, String>> rows = new LinkedHashMap<>();

    /**
     * @param corner what the rows are, above their names
     */
    Pivot(String title, String corner) {
        this.title = title;
        this.corner = corner;
    }

    /** Sets a cell. */
    Pivot put(String row, String column, String cell) {
        columns.add(column);
        rows.computeIfAbsent(row, key -> new LinkedHashMap<>()).put(column, cell);
        return this;
    }

    /** Whether there is a row of that name. */
    boolean hasRow(String row) {
        return rows.containsKey(row);
    }

    /** Returns the table; cells that were not set are dashes. No table without a row. */
    List<Grid> grid() {
        List<String> titles = new ArrayList<>(List.of(corner));
        titles.addAll(columns);
        List<List<String>> lines = new ArrayList<>();
        rows.forEach((name, cells) -> {
            List<String> line = new ArrayList<>(List.of(name));
            columns.forEach(column -> line.add(cells.getOrDefault(column, Cells.NOTHING)));
            lines.add(line);
        });
        return rows.isEmpty() ? List.of() : List.of(new Grid(title, titles, lines));
    }
}
