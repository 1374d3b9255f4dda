// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.placement;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Sorts items by falling weight, equal ones in the order in which EPLB's sort leaves them. The replicas of an expert
 * weigh the same, so ties are the rule there; with the same order of ties, its tables and ours are equal entry by
 * entry.
 *
 * <p>EPLB leaves that order to PyTorch; its answers show it to be that of {@code std::sort} in GCC's library, an
 * introsort (Musser 1997): quicksort down to ranges of 16, around the median of the second, the middle and the last
 * item, then one insertion sort over all. Up to 16 items it is stable: of equal ones the lowest number goes first. More
 * items are in an order of ties that is always the same but follows no rule of its own.
 *
 * <p>Where the depth of the quicksort reaches twice the logarithm of the number of items, which takes a malicious order
 * of weights, the rest is sorted stably here, and by heapsort there; only there can ties differ.
 */
final class FallingOrder {
    private static final int SMALL = 16;

    private final float[] weight;
    private final int[] order;

    private FallingOrder(float[] weight) {
        this.weight = weight;
        this.order = IntStream.range(0, weight.length).toArray();
    }

    /** The items' numbers by falling weight, {@code [items]}. */
    static int[] of(float[] weight) {
        int log = 31 - Integer.numberOfLeadingZeros(Math.max(1, weight.length));
        return of(weight, 2 * log);
    }

    /** As {@link #of(float[])}, with a limit for the depth. */
    static int[] of(float[] weight, int depth) {
        FallingOrder sort = new FallingOrder(weight);
        sort.quicksort(0, weight.length, depth);
        sort.insertionSort();
        return sort.order;
    }

    private boolean before(int a, int b) {
        return weight[order[a]] > weight[order[b]];
    }

    private void swap(int a, int b) {
        int item = order[a];
        order[a] = order[b];
        order[b] = item;
    }

    private void quicksort(int from, int to, int depth) {
        int end = to;
        for (int left = depth; end - from > SMALL; left--) {
            if (left == 0) {
                stableSort(from, end);
                return;
            }
            swap(from, median(from + 1, from + (end - from) / 2, end - 1));
            int cut = partition(from, end);
            quicksort(cut, end, left - 1);
            end = cut;
        }
    }

    private int median(int a, int b, int c) {
        int first = before(a, b) ? a : b;
        int second = before(a, b) ? b : a;
        if (before(second, c)) {
            return second;
        }
        return before(first, c) ? c : first;
    }

    /** Divides the range around its first item; that and the median rule keep both scans inside the range. */
    private int partition(int pivot, int to) {
        int low = pivot + 1;
        int high = to;
        while (true) {
            while (before(low, pivot)) {
                low++;
            }
            do {
                high--;
            } while (before(pivot, high));
            if (low >= high) {
                return low;
            }
            swap(low, high);
            low++;
        }
    }

    private void stableSort(int from, int to) {
        int[] sorted = Arrays.stream(order, from, to)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -weight[i]))
                .mapToInt(i -> i)
                .toArray();
        System.arraycopy(sorted, 0, order, from, sorted.length);
    }

    private void insertionSort() {
        for (int k = 1; k < order.length; k++) {
            int item = order[k];
            int place = k;
            for (; place > 0 && weight[item] > weight[order[place - 1]]; place--) {
                order[place] = order[place - 1];
            }
            order[place] = item;
        }
    }
}
