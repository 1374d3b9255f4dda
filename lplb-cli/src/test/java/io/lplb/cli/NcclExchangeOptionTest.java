// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.cluster.LocalCluster;
import io.lplb.cluster.RankResult;
import io.lplb.nccl.NcclExchange;
import io.lplb.tornado.cuda.StandIn;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Ranks as processes whose counts travel over a stand-in for NCCL, in which they meet as by the real one. */
@Timeout(200)
class NcclExchangeOptionTest {
    private static final String DRIVER_PROPERTY = "lplb.libcuda";

    @TempDir(cleanup = CleanupMode.NEVER)
    @SuppressWarnings("NullAway.Init") // Set by JUnit.
    private Path folder;

    @AfterEach
    void forgetLibraries() {
        System.clearProperty(DRIVER_PROPERTY);
        System.clearProperty(NcclExchange.LIBRARY_PROPERTY);
    }

    private void useStandIn() throws Exception {
        Files.createFile(folder.resolve("standin.shared"));
        String library = StandIn.compile(folder).file().toString();
        System.setProperty(DRIVER_PROPERTY, library);
        System.setProperty(NcclExchange.LIBRARY_PROPERTY, library);
    }

    @Test
    void aGroupReplaysOverNccl() throws Exception {
        useStandIn();
        CliRun run =
                CliRun.of("cluster --exchange nccl --ranks 2 --topology eplb --rounds 40 --deadline 60000 --check-plans"
                        .split(" ", -1));
        assertEquals(0, run.exitCode(), run.err());
        assertTrue(
                run.out().contains("exchange:  NCCL 2.27.3: 2 ranks with a GPU each, this one on Stand-in"), run.out());
        assertTrue(run.out().contains("rounds:    80 by an agreed plan, 0 without absent ranks"), run.out());
        assertTrue(run.out().contains("every rank got exactly what was planned"), run.out());
        assertTrue(run.out().contains("compared:  80 plans, 0 differ"), run.out());
    }

    @Test
    void aRankThatIsKilledComesBackAndNcclWithIt() throws Exception {
        useStandIn();
        List<String> arguments = List.of(
                "--exchange=nccl",
                "--ranks=3",
                "--ranks-per-node=1",
                "--topology=eplb",
                "--experts=24",
                "--rounds=16",
                "--deadline=4000",
                "--connect-timeout=60");
        try (LocalCluster cluster = new LocalCluster(3, "ipc", arguments)) {
            cluster.startAll();
            long end = round(cluster.report()) + 20;
            cluster.run(end);
            assertTrue(isAll(cluster, "NCCL 2.27.3: "), () -> transports(cluster));
            cluster.rank(1).kill();
            cluster.run(end + 20, 0, 2);
            cluster.start(1);
            long next = cluster.rank(1).await("ready");
            for (int batch = 0; batch < 100 && !isAll(cluster, "NCCL 2.27.3: "); batch++) {
                next += 40;
                cluster.run(next);
                Thread.sleep(50);
            }
            assertTrue(isAll(cluster, "NCCL 2.27.3: "), () -> transports(cluster));
            cluster.run(next + 40);
            for (RankResult rank : cluster.report()) {
                assertEquals(0, rank.invalid());
                assertTrue(rank.outcomes().endsWith("-" + (next + 39) + " AGREED"), rank.outcomes());
            }
        }
    }

    private static long round(List<RankResult> results) {
        return results.stream().mapToLong(RankResult::rounds).max().orElse(0) + 20;
    }

    private static boolean isAll(LocalCluster cluster, String transport) {
        return IntStream.range(0, 3)
                .allMatch(r -> report(cluster, r).transport().startsWith(transport));
    }

    private static String transports(LocalCluster cluster) {
        return IntStream.range(0, 3)
                .mapToObj(r -> report(cluster, r).transport())
                .toList()
                .toString();
    }

    private static RankResult report(LocalCluster cluster, int rank) {
        try {
            return cluster.rank(rank).report();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whereNcclIsMissingNothingElseRuns() {
        System.setProperty(NcclExchange.LIBRARY_PROPERTY, "/nowhere/libnccl.so.2");
        System.setProperty(DRIVER_PROPERTY, "/nowhere/libcuda.so.1");
        for (String line : new String[] {
            "rank --rank 0 --ranks 1 --topology eplb --exchange nccl --endpoints 127.0.0.1:1",
            "rank --rank 0 --ranks 2 --topology eplb --exchange nccl --nccl-ticket t",
            "cluster --ranks 2 --topology eplb --rounds 5 --exchange nccl"
        }) {
            CliRun run = CliRun.of(line.split(" ", -1));
            assertEquals(2, run.exitCode(), run.out());
            assertTrue(
                    run.err().matches("lplb: (rank 0 ended: )?exchange nccl: .*/nowhere/libcuda.so.1.*\\n"), run.err());
            assertEquals(1, run.err().lines().count(), run.err());
        }
    }
}
