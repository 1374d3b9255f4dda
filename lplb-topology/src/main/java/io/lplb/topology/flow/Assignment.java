// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.topology.flow;

import java.util.Arrays;

/**
 * Assignment of n rows to n columns with the least total cost: the Hungarian method with potentials and shortest
 * augmenting paths (Jonker and Volgenant 1987), O(n^3).
 *
 * @param columnOf {@code [n]}, the column of each row
 * @param cost the total cost
 */
@SuppressWarnings("ArrayRecordComponent") // Stays inside the module, and is never compared.
public record Assignment(int[] columnOf, long cost) {

    /**
     * Finds the cheapest assignment; of equally cheap ones always the same.
     *
     * @param cost {@code [n][n]}, the cost of each row in each column
     * @return the assignment
     */
    public static Assignment cheapest(long[][] cost) {
        int n = cost.length;
        int[] rowOf = new int[n];
        Arrays.fill(rowOf, -1);
        long[] rowPrice = new long[n];
        long[] columnPrice = new long[n];
        long[] distance = new long[n];
        int[] before = new int[n];
        boolean[] done = new boolean[n];
        for (int start = 0; start < n; start++) {
            Arrays.fill(distance, Long.MAX_VALUE);
            Arrays.fill(done, false);
            int row = start;
            int column = -1;
            // Dijkstra's search with reduced costs, from the new row to the nearest free column.
            do {
                if (column >= 0) {
                    row = rowOf[column];
                }
                long base = column < 0 ? 0 : distance[column];
                int nearest = -1;
                for (int j = 0; j < n; j++) {
                    if (done[j]) {
                        continue;
                    }
                    long through = base + cost[row][j] - rowPrice[row] - columnPrice[j];
                    if (through < distance[j]) {
                        distance[j] = through;
                        before[j] = column;
                    }
                    if (nearest < 0 || distance[j] < distance[nearest]) {
                        nearest = j;
                    }
                }
                column = nearest;
                done[column] = true;
            } while (rowOf[column] >= 0);
            long reach = distance[column];
            rowPrice[start] += reach;
            for (int j = 0; j < n; j++) {
                if (done[j] && j != column) {
                    columnPrice[j] += distance[j] - reach;
                    rowPrice[rowOf[j]] += reach - distance[j];
                }
            }
            while (column >= 0) {
                int previous = before[column];
                rowOf[column] = previous < 0 ? start : rowOf[previous];
                column = previous;
            }
        }
        int[] columnOf = new int[n];
        long total = 0;
        for (int j = 0; j < n; j++) {
            columnOf[rowOf[j]] = j;
            total += cost[rowOf[j]][j];
        }
        return new Assignment(columnOf, total);
    }
}
