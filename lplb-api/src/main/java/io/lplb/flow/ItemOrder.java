// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.flow;

import io.lplb.problem.MinMaxProblem;
import io.lplb.topology.GreedyColouring;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The order in which a sweep visits the items of a problem: first those with two hosts, then the others, each kind
 * colour by colour. Items of one colour share no rank ({@link GreedyColouring}, in the order of the items), so their updates do
 * not wait for each other: on a processor they overlap, on a GPU a colour is one parallel step.
 */
public final class ItemOrder {
    private ItemOrder() {}

    /**
     * {@return all items of a problem in that order}
     *
     * @param problem the items and their hosts
     */
    public static int[] of(MinMaxProblem problem) {
        int[] colour = colours(problem);
        return IntStream.range(0, problem.items())
                .boxed()
                .sorted(Comparator.<Integer>comparingInt(i -> problem.hostCount(i) == 2 ? 0 : 1)
                        .thenComparingInt(i -> colour[i]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /**
     * {@return the colour of every item}
     *
     * @param problem the items and their hosts
     */
    public static int[] colours(MinMaxProblem problem) {
        int[][] hosts = new int[problem.items()][];
        Arrays.setAll(hosts, problem::hostsOf);
        return GreedyColouring.colours(hosts, problem.ranks());
    }
}
