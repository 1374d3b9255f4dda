// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import io.lplb.placement.ExpertPlacement;
import java.util.TreeSet;

/**
 * The least largest load of whole tokens on a placement, by the marriage theorem (Hall 1935): a level t can be reached exactly
 * if for every set S of active ranks the tokens of experts that have no active rank outside S are at most the sum of
 * floor(speed * t) over S. Tries all levels at which a rank takes one more token. Shares no code with the planner.
 */
final class WholeTokenOracle {
    private WholeTokenOracle() {}

    static double optimum(ExpertPlacement placement, double[] speed, int[] counts) {
        int sets = 1 << placement.ranks();
        long[] inside = new long[sets];
        long total = 0;
        for (int e = 0; e < placement.experts(); e++) {
            int hosts = hosts(placement, speed, e);
            if (hosts != 0) {
                total += counts[e];
                for (int set = 0; set < sets; set++) {
                    inside[set] += (hosts & ~set) == 0 ? counts[e] : 0;
                }
            }
        }
        TreeSet<Double> levels = new TreeSet<>();
        levels.add(0.0);
        for (double s : speed) {
            for (long tokens = 1; s > 0 && tokens <= total; tokens++) {
                levels.add(tokens / s);
            }
        }
        for (double level : levels) {
            if (isReached(inside, speed, level)) {
                return level;
            }
        }
        throw new AssertionError("no level suffices");
    }

    /** Returns the active ranks that have an expert, as a bit mask. */
    static int hosts(ExpertPlacement placement, double[] speed, int expert) {
        int hosts = 0;
        for (int k = 0; k < placement.replicaCount(expert); k++) {
            int rank = placement.rankOf(placement.slotOf(expert, k));
            hosts |= speed[rank] > 0 ? 1 << rank : 0;
        }
        return hosts;
    }

    private static boolean isReached(long[] inside, double[] speed, double level) {
        for (int set = 1; set < inside.length; set++) {
            long room = 0;
            for (int r = 0; r < speed.length; r++) {
                if ((set >> r & 1) != 0 && speed[r] > 0) {
                    long tokens = (long) (speed[r] * level);
                    while ((tokens + 1) / speed[r] <= level) {
                        tokens++;
                    }
                    room += tokens;
                }
            }
            if (inside[set] > room) {
                return false;
            }
        }
        return true;
    }
}
