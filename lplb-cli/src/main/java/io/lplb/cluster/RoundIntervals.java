// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cluster;

import java.util.ArrayList;
import java.util.List;

/**
 * The rounds in which a rank agreed, as intervals in rising order.
 *
 * <p>Immutable.
 */
final class RoundIntervals {
    private static final String AGREED = " AGREED";

    private final List<long[]> intervals;

    private RoundIntervals(List<long[]> intervals) {
        this.intervals = intervals;
    }

    /** Reads the outcomes of a {@link RankResult}, such as {@code 0-19 AGREED, 20 LAST_PLAN}. */
    static RoundIntervals agreed(String outcomes) {
        List<long[]> intervals = new ArrayList<>();
        for (String run : outcomes.split(", ", -1)) {
            if (run.endsWith(AGREED)) {
                String[] ends = run.substring(0, run.length() - AGREED.length()).split("-", -1);
                intervals.add(new long[] {Long.parseLong(ends[0]), Long.parseLong(ends[ends.length - 1])});
            }
        }
        return new RoundIntervals(intervals);
    }

    /** Returns the first round, not below the given one, that begins so many rounds of this rank; -1 if there is none. */
    private long first(long from, int rounds) {
        for (long[] interval : intervals) {
            long first = Math.max(interval[0], from);
            if (first + rounds - 1 <= interval[1]) {
                return first;
            }
        }
        return -1;
    }

    /** Returns the first round, not below the given one, that begins so many rounds of all ranks; -1 if there is none. */
    static long firstCommon(List<RoundIntervals> ranks, long from, int rounds) {
        long first = from;
        int same = 0;
        for (int k = 0; same < ranks.size(); k = (k + 1) % ranks.size()) {
            long next = ranks.get(k).first(first, rounds);
            if (next < 0) {
                return -1;
            }
            same = next == first ? same + 1 : 1;
            first = next;
        }
        return first;
    }
}
