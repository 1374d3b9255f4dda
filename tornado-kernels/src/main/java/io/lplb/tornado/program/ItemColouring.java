// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.program;

import io.lplb.problem.MinMaxProblem;
import io.lplb.topology.GreedyColouring;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Colours the items of a problem so that items of one colour share no rank: each colour is one parallel step of a
 * relaxation sweep. Greedy, items with many hosts first, as they are the hardest to place; among equals by their hosts,
 * so that the number of colours does not depend on the order in which a placement happens to list its items (LPLB's
 * topologies then need as many colours as a rank has entries; in arbitrary order it would often be one or two more).
 *
 * <p>Immutable.
 */
final class ItemColouring {
    private final int colours;
    private final int[] colourOf;

    ItemColouring(MinMaxProblem problem) {
        int items = problem.items();
        colourOf = new int[items];
        Integer[] order = new Integer[items];
        Arrays.setAll(order, i -> i);
        int[][] hosts = new int[items][];
        Arrays.setAll(hosts, i -> sortedHosts(problem, i));
        Arrays.sort(
                order,
                (i, j) -> hosts[i].length == hosts[j].length
                        ? Arrays.compare(hosts[i], hosts[j])
                        : Integer.compare(hosts[j].length, hosts[i].length));
        int[][] inOrder = Arrays.stream(order).map(i -> hosts[i]).toArray(int[][]::new);
        int[] colourInOrder = GreedyColouring.colours(inOrder, problem.ranks());
        for (int k = 0; k < items; k++) {
            colourOf[order[k]] = colourInOrder[k];
        }
        colours = Arrays.stream(colourOf).max().orElse(-1) + 1;
    }

    private static int[] sortedHosts(MinMaxProblem problem, int item) {
        int[] hosts = problem.hostsOf(item);
        Arrays.sort(hosts);
        return hosts;
    }

    /** Returns the number of colours. */
    int colours() {
        return colours;
    }

    /** Returns the number of items of each colour. */
    int[] sizes() {
        int[] size = new int[colours];
        for (int c : colourOf) {
            size[c]++;
        }
        return size;
    }

    /** Returns the items, colour by colour. */
    int[] itemsByColour() {
        return IntStream.range(0, colourOf.length)
                .boxed()
                .sorted(Comparator.comparingInt(i -> colourOf[i]))
                .mapToInt(Integer::intValue)
                .toArray();
    }
}
