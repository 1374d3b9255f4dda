// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import io.lplb.exchange.RoundStatus;
import java.util.Arrays;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Comparison of one rank's plan with those of the others, expert by expert, in a second round of the exchange: one word per
 * expert from every rank, and the words of equal plans are equal.
 */
final class PlanComparison {
    private static final Logger LOG = LogManager.getLogger(RankBalancer.class);

    private final RankGroup group;
    private final int layer;
    private final String prefix;
    private final int[] words;

    PlanComparison(RankGroup group, int layer, String prefix, int experts) {
        this.group = group;
        this.layer = layer;
        this.prefix = prefix;
        words = new int[experts];
    }

    /** Compares the plan of a round; counts in the report, and warns of the first difference. */
    void compare(long round, PlanStations planner, RankReport report) {
        int experts = words.length;
        for (int e = 0; e < experts; e++) {
            words[e] = RankSettings.word(
                    planner.quotas(),
                    planner.replicas().firstReplica(e),
                    planner.replicas().firstReplica(e + 1));
        }
        if (group.compare(round, layer, words) == RoundStatus.MISSED) {
            return;
        }
        report.comparedPlans++;
        for (int e = 0; e < experts; e++) {
            for (int r = 0; r < group.ranks(); r++) {
                if (group.heard(r) && group.allCounts[r * experts + e] != words[e]) {
                    noteDifference(round, e, r, planner, report);
                    return;
                }
            }
        }
    }

    /** Takes note of a rank whose plan of an earlier round was another, as it has told with its counts. */
    void noteOther(long round, int rank, RankReport report) {
        report.differingPlans++;
        if (report.firstDifference.isEmpty()) {
            report.firstDifference = "before round " + round + ": rank " + rank + " has made another plan than rank "
                    + group.self() + " of the same counts; checkPlans tells where they differ";
            LOG.warn("{}Plans differ. {}", prefix, report.firstDifference);
        }
    }

    private void noteDifference(long round, int expert, int rank, PlanStations planner, RankReport report) {
        report.differingPlans++;
        if (report.firstDifference.isEmpty()) {
            report.firstDifference = "round " + round + ": expert " + expert + " is the first whose tokens rank " + rank
                    + " divides otherwise than rank " + group.self() + ", which has the quotas "
                    + Arrays.toString(Arrays.copyOfRange(
                            planner.quotas(),
                            planner.replicas().firstReplica(expert),
                            planner.replicas().firstReplica(expert + 1)))
                    + (report.outcome == RoundOutcome.PARTIAL ? " without the counts of all ranks" : "");
            LOG.warn("{}Plans differ. {}", prefix, report.firstDifference);
        }
    }
}
