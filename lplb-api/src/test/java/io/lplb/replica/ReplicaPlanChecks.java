// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.placement.ExpertPlacement;
import java.util.Arrays;
import java.util.Random;

/** Checks a plan against its inputs, from the plan's public view alone. */
final class ReplicaPlanChecks {
    private ReplicaPlanChecks() {}

    /** Homes in natural order: expert e on rank e / (experts / ranks). */
    static ExpertPlacement naturalHomes(int ranks, int experts) {
        int[] phy2log = new int[experts];
        Arrays.setAll(phy2log, e -> e);
        return ExpertPlacement.of(ranks, ranks, experts, phy2log);
    }

    /** Homes in a random order. */
    static ExpertPlacement shuffledHomes(int ranks, int experts, Random random) {
        int[] phy2log = new int[experts];
        Arrays.setAll(phy2log, e -> e);
        for (int k = experts - 1; k > 0; k--) {
            int other = random.nextInt(k + 1);
            int expert = phy2log[k];
            phy2log[k] = phy2log[other];
            phy2log[other] = expert;
        }
        return ExpertPlacement.of(ranks, ranks, experts, phy2log);
    }

    static double[] unitSpeeds(int ranks) {
        double[] speeds = new double[ranks];
        Arrays.fill(speeds, 1);
        return speeds;
    }

    /** A slot table without copies: home experts only. */
    static int[] emptyTable(ReplicaSettings settings) {
        int[] table = new int[settings.physicalExperts()];
        new ReplicaPlan(settings).copySlotTable(table);
        return table;
    }

    static void requireValid(ReplicaSettings settings, long[] counts, double[] speeds, int[] before, ReplicaPlan plan) {
        long[] load = new long[settings.ranks()];
        int replicas = 0;
        for (int e = 0; e < counts.length; e++) {
            long sum = 0;
            int first = plan.firstReplica(e);
            assertEquals(settings.homeSlot(e), plan.slot(first), "first replica of expert " + e);
            for (int k = first; k < plan.firstReplica(e + 1); k++) {
                int slot = plan.slot(k);
                int rank = plan.rankOf(slot);
                assertEquals(e, plan.expertIn(slot), "expert in slot " + slot);
                assertTrue(plan.quota(k) >= 0, "quota of slot " + slot);
                assertTrue(plan.quota(k) == 0 || speeds[rank] > 0, "tokens on inactive rank " + rank);
                sum += plan.quota(k);
                load[rank] += plan.quota(k);
                if (k > first) {
                    assertTrue(k == first + 1 || slot > plan.slot(k - 1), "slots of expert " + e + " rise");
                    assertEquals(
                            settings.homeRank(e) / settings.domain(), rank / settings.domain(), "domain of " + slot);
                    replicas += requireReplica(settings, speeds, before, plan, e, k);
                }
            }
            assertEquals(plan.isCovered(e) ? counts[e] : 0, sum, "tokens of expert " + e);
        }
        double max = 0;
        for (int r = 0; r < load.length; r++) {
            assertEquals(load[r], plan.rankLoad(r), "load of rank " + r);
            max = Math.max(max, load[r] == 0 ? 0 : load[r] / speeds[r]);
        }
        assertEquals(max, plan.maxLoad(), "largest load");
        assertTrue(plan.maxLoad() <= plan.identityMaxLoad(), plan + " is worse than no replicas");
        assertTrue(plan.lowerBound() <= plan.maxLoad(), plan::toString);
        assertTrue(replicas <= settings.maxReplicas(), plan::toString);
        requireCopies(before, plan);
    }

    /** Checks a spare slot; 1 if it counts as a replica, 0 if it takes no tokens or stands for a dead home. */
    private static int requireReplica(
            ReplicaSettings settings, double[] speeds, int[] before, ReplicaPlan plan, int expert, int replica) {
        long tokens = plan.quota(replica);
        int slot = plan.slot(replica);
        boolean homeless = speeds[settings.homeRank(expert)] == 0;
        if (tokens == 0 || homeless) {
            return 0;
        }
        assertTrue(tokens >= settings.minTokens(), tokens + " tokens in slot " + slot);
        assertTrue(
                settings.isReplicated(expert) || before[slot] == expert, "expert " + expert + " may not be replicated");
        return 1;
    }

    private static void requireCopies(int[] before, ReplicaPlan plan) {
        int[] table = before.clone();
        for (int k = 0; k < plan.copies(); k++) {
            assertEquals(plan.copyExpert(k), before[plan.copySource(k)], "source of copy " + k);
            assertTrue(before[plan.copyTarget(k)] != plan.copyExpert(k), "copy " + k + " is present already");
            table[plan.copyTarget(k)] = plan.copyExpert(k);
        }
        for (int p = 0; p < table.length; p++) {
            int expert = plan.expertIn(p);
            assertTrue(expert == table[p] || expert == -1, "slot " + p + " holds " + expert + ", copied " + table[p]);
        }
    }
}
