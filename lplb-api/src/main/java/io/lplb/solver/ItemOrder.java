// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import io.lplb.problem.MinMaxProblem;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The order in which a sweep visits the items of a problem: first those with two hosts, then the others, each kind
 * colour by colour. Items of one colour share no rank (greedy colouring in the order of the items), so their updates do
 * not wait for each other: on a processor they overlap, on a GPU a colour is one parallel step.
 */
final class ItemOrder {
    private ItemOrder() {}

    /** Returns all items of the problem in that order. */
    static int[] of(MinMaxProblem problem) {
        int[] colour = colours(problem);
        return IntStream.range(0, problem.items())
                .boxed()
                .sorted(Comparator.<Integer>comparingInt(i -> problem.hostCount(i) == 2 ? 0 : 1)
                        .thenComparingInt(i -> colour[i]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** Greedy colouring: each item takes the first colour that no item before it has on any of its hosts. */
    static int[] colours(MinMaxProblem problem) {
        int[] colour = new int[problem.items()];
        boolean[][] used = new boolean[problem.ranks()][8];
        for (int i = 0; i < colour.length; i++) {
            int c = 0;
            while (isUsed(problem, used, i, c)) {
                c++;
            }
            colour[i] = c;
            for (int e = problem.firstEntry(i); e < problem.firstEntry(i + 1); e++) {
                int r = problem.host(e);
                if (c >= used[r].length) {
                    used[r] = Arrays.copyOf(used[r], 2 * c);
                }
                used[r][c] = true;
            }
        }
        return colour;
    }

    private static boolean isUsed(MinMaxProblem problem, boolean[][] used, int item, int colour) {
        for (int e = problem.firstEntry(item); e < problem.firstEntry(item + 1); e++) {
            boolean[] ofRank = used[problem.host(e)];
            if (colour < ofRank.length && ofRank[colour]) {
                return true;
            }
        }
        return false;
    }
}
