// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Eight ranks as eight processes. What is asserted follows from who was there, not from how fast anybody was. */
class LocalClusterTest {
    private static final int RANKS = 8;
    private static final List<String> ARGUMENTS = List.of(
            "--ranks=" + RANKS,
            "--ranks-per-node=4",
            "--topology=cube",
            "--experts=64",
            "--batch=256",
            "--rounds=16",
            "--deadline=8000",
            "--connect-timeout=100",
            "--check-plans");

    @Test
    void ranksThatAreKilledAndStartedAgainTakePartAgainAndNoTokenIsLost() throws Exception {
        try (LocalCluster cluster = new LocalCluster(RANKS, "ipc", ARGUMENTS)) {
            cluster.startAll();
            cluster.run(30);
            ClusterReport healthy = new ClusterReport(cluster.report());
            assertTrue(healthy.agreedAlike(), healthy::text);
            assertTrue(healthy.meetsThePlan(), healthy::text);

            cluster.rank(0).kill();
            cluster.rank(5).kill();
            cluster.run(60, 1, 2, 3, 4, 6, 7);
            cluster.start(0);
            cluster.start(5);
            long first = cluster.rank(0).await("ready");
            assertEquals(first, cluster.rank(5).await("ready"));
            assertTrue(first >= 60 && first <= 70, "joins in round " + first);
            // While ranks come back, a round may miss them on some ranks only: these PARTIAL rounds alone may differ.
            cluster.run(first + 1);
            List<RankResult> joining = cluster.report();
            cluster.run(100);

            List<RankResult> results = cluster.report();
            for (RankResult rank : results) {
                boolean anew = rank.rank() == 0 || rank.rank() == 5;
                String joined = first + "-99 AGREED";
                assertEquals(
                        anew ? joined : "0-29 AGREED, 30 LAST_PLAN, 31-" + (first - 1) + " PARTIAL, " + joined,
                        rank.outcomes(),
                        "rank " + rank.rank());
                assertEquals(0, rank.invalid());
                assertEquals(0, rank.skipped());
                long differing = joining.get(rank.rank()).differingPlans();
                assertEquals(differing, rank.differingPlans(), rank.firstDifference());
                assertTrue(differing <= first - 60, rank.firstDifference());
                assertTrue(differing == 0 || rank.firstDifference().contains("without the counts of all ranks"));
                assertEquals(rank.agreed() + rank.partial(), rank.comparedPlans());
                assertEquals(anew ? 100 - first : 100, rank.rounds());
            }
        }
    }

    @Test
    void aRankThatEndsWhileAnotherConnectsIsNamed() throws Exception {
        try (LocalCluster cluster = new LocalCluster(
                2, "udp", List.of("--ranks=2", "--topology=eplb", "--replicas=1", "--experts=24", "--rounds=16"))) {
            RankProcess waiting = cluster.start(0);
            RankProcess ended = cluster.start(1);
            ended.kill();
            IOException error = assertThrows(IOException.class, () -> waiting.await("ready", List.of(waiting, ended)));
            assertEquals("rank 1 ended: no message", error.getMessage());
        }
    }

    @Test
    void aRankKilledAmidstARoundCostsNoToken() throws Exception {
        try (LocalCluster cluster = new LocalCluster(
                3,
                "udp",
                List.of(
                        "--ranks=3",
                        "--topology=eplb",
                        "--replicas=1",
                        "--experts=24",
                        "--rounds=16",
                        "--deadline=1000"))) {
            cluster.startAll();
            for (int r = 0; r < 3; r++) {
                cluster.rank(r).run(500);
            }
            cluster.rank(2).kill();
            for (int r : new int[] {0, 1}) {
                assertEquals(500, cluster.rank(r).await("at"));
                RankResult result = cluster.rank(r).report();
                assertEquals(0, result.invalid());
                assertEquals(500, result.rounds() + result.skipped());
                assertEquals(
                        result.rounds(), result.agreed() + result.partial() + result.lastPlan() + result.originals());
            }
        }
    }

    @Test
    void aRankOfAnotherGroupIsRefusedNamingBothSides() throws Exception {
        try (LocalCluster cluster = new LocalCluster(2, "ipc", List.of("--ranks=2", "--topology=eplb", "--experts=8"));
                LocalCluster none = new LocalCluster(2, "ipc", List.of())) {
            assertEquals(List.of("ipc", "udp"), LocalCluster.TRANSPORTS);
            assertThrows(NullPointerException.class, () -> none.rank(0));
            cluster.start(0);
            RankProcess stranger = cluster.start(1, "--replicas=3");
            String message = String.valueOf(assertThrows(IOException.class, () -> stranger.await("ready"))
                    .getMessage());
            assertTrue(
                    message.matches("rank 1 ended: rank 0: got settings [0-9a-f]+ \\(8 experts on 2 ranks by a balanced"
                            + " placement, 6 slots.*, expected [0-9a-f]+ as rank 1 has \\(8 experts on 2 ranks by"
                            + " a balanced placement, 7 slots.*"),
                    message);
        }
    }

    @Test
    void anUnknownTransportIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new LocalCluster(2, "tcp", List.of()));
    }
}
