// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lplb.trace.NpyBytes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClusterCommandTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // Set by JUnit.
    private Path folder;

    private String trace() throws IOException {
        Random random = new Random(1);
        long[] ids = new long[400 * 2];
        for (int k = 0; k < ids.length; k++) {
            ids[k] = random.nextInt(16);
        }
        return NpyBytes.write(folder, "|u1", "400, 2", 1, ids).toString();
    }

    @Test
    void aGroupOfProcessesReplaysATrace() throws IOException {
        CliRun run = CliRun.of(
                "cluster",
                "--ranks",
                "2",
                "--ranks-per-node",
                "1",
                "--topology",
                "eplb",
                "--trace",
                trace(),
                "--batch",
                "101",
                "--rounds",
                "9",
                "--deadline",
                "60000",
                "--check-plans");
        assertEquals(0, run.exitCode(), run.err());
        assertTrue(
                run.out().startsWith("2 processes: 16 experts on 2 ranks by a balanced placement, 10 slots a rank"),
                run.out());
        assertTrue(run.out().contains("exchange:  Aeron IPC to 1 ranks that share this media driver"), run.out());
        assertTrue(
                run.out().contains("replayed:  9 rounds of tokens 200..300 of layer 0 in batches of 101"), run.out());
        assertTrue(
                run.out()
                        .contains(
                                "tokens:    1818 routed, 0 of them to a wrong slot; every rank got exactly what was planned"),
                run.out());
        assertTrue(run.out().contains("rounds:    18 by an agreed plan, 0 without absent ranks"), run.out());
        assertTrue(run.out().contains("compared:  18 plans, 0 differ"), run.out());
        assertTrue(run.out().matches("(?s).* exchange( +[0-9.]+ us){4}\n +plan( +[0-9.]+ us){4}\n"), run.out());
    }

    /** Rank 1 sends its tokens and gets none; experts that are on it only are counted. */
    @Test
    void inactiveRankGetsNoToken() throws IOException {
        CliRun run = CliRun.of(
                "cluster --ranks 2 --ranks-per-node 1 --topology eplb --replicas 1 --batch 100 --rounds 5 --deadline 60000"
                        .concat(" --check-plans --second-objective locality --inactive 1 --trace " + trace())
                        .split(" ", -1));
        assertEquals(0, run.exitCode(), run.err());
        assertTrue(
                run.out()
                        .contains(
                                "9 slots a rank, 1 ranks a node, interior-point on CPU to 1.0E-9, speeds, then LOCALITY"),
                run.out());
        assertTrue(run.out().contains("0 of them to a wrong slot; every rank got exactly what was planned"), run.out());
        assertTrue(run.out().contains("compared:  10 plans, 0 differ"), run.out());
        assertTrue(run.out().contains(" of the tokens got no slot, as their expert has no active rank"), run.out());
    }

    @Test
    void chaosLosesNoToken() throws IOException {
        CliRun run =
                CliRun.of(("cluster --ranks 2 --topology balanced --replicas 4 --experts 8 --batch 64 --deadline 1000"
                                + " --transport udp --chaos 3 --faults 2 --kinds stop,kill --json")
                        .split(" ", -1));
        assertEquals(0, run.exitCode(), run.err());
        JsonNode json = new ObjectMapper().readTree(run.out());
        assertEquals(3, json.get("seed").asLong());
        assertEquals(2, json.get("faults").size());
        assertEquals(0, json.get("tokensLost").asLong());
        assertEquals(0, json.get("wrongSlots").asLong());
        assertTrue(json.get("tokens").asLong() > 0, run.out());
        assertTrue(
                json.get("roundsToAgreementMax").asLong()
                        >= json.get("roundsToAgreementMedian").asLong(),
                run.out());
        assertTrue(json.get("memoryAfterLastFault").has("sharedKib"), run.out());
    }

    @Test
    void oneRankIsAGroupToo() {
        CliRun run = CliRun.of(
                "rank",
                "--rank",
                "0",
                "--ranks",
                "1",
                "--topology",
                "eplb",
                "--endpoints",
                "127.0.0.1:1",
                "--rounds",
                "5");
        assertEquals(0, run.exitCode(), run.err());
        assertTrue(run.out().contains("rounds in order: 0-4 AGREED"), run.out());
        assertTrue(run.out().contains("every rank got exactly what was planned"), run.out());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = ';',
            value = {
                "cluster --transport tcp; transport: got tcp, expected one of [ipc, udp]",
                "cluster --ranks 7; ranks: got 7, expected a positive multiple of the 8 ranks of topology cube",
                "cluster --ranks 8 --rounds 0; rounds: got 0, expected at least 1",
                "cluster --trace nowhere.npy; nowhere.npy: no such file or folder",
                "cluster --trace /dev/zero; /dev/zero: got a pipe or a device, expected a regular file",
                "solve --input /dev/zero; /dev/zero: got a pipe or a device, expected a regular file, or - for",
                "trace info /dev/zero; /dev/zero: got a pipe or a device, expected a regular file",
                "report /dev/zero --html x; /dev/zero: got a pipe or a device, expected a regular file",
                "place --history /dev/zero --ranks 2 --json x; /dev/zero: got a pipe or a device, expected a regular file",
                "cluster --workload wild; workload: got wild, expected one of ",
                "cluster --inactive 0,8; inactive: got rank 8, expected 0..7",
                "cluster --speeds 1,1; speeds: got 2, expected one for each of 8 ranks",
                "cluster --spread --second-objective locality; got both --spread and --second-objective locality, expected one",
                "cluster --second-objective first; Invalid value for option '--second-objective': got 'first', expected none, level or locality",
                "cluster --pace -5; pace: got -5, expected at least 0",
                "cluster --topology eplb --replicas -3; replicas: got -3, expected at least 0",
                "cluster --ranks 300 --topology eplb --experts 300; ranks: got 300, expected at most 256 processes of one host",
                "cluster --batch 2000000000; batch: got 2000000000 tokens x 6 experts, expected at most 2147483639 ids",
                "cluster --ranks-per-node 0; ranksPerNode: got 0, expected at least 1",
                "cluster --deadline 0; deadline: got PT0S, expected a positive duration",
                "rank; --rank: got none, and no RANK in the environment, expected one of both (Slurm: export RANK=",
                "rank --rank 0 --rendezvous here; rendezvous: got 'here', expected host:port",
                "rank --rank 0 --rendezvous a:1 --endpoints a:1; rendezvous: got one with endpoints, expected one of both",
                "rank --rank 0 --rendezvous a.invalid:1; rendezvous: got host a.invalid without an address, expected one",
                "rank --rank 0 --rendezvous a:65530; rendezvous port: got 65530, expected 1..65527 for 8 ranks",
                "rank --rank 8; rank: got 8, expected 0..7",
                "rank --rank 1; endpoints: got none and no Aeron directory, expected host:port of every rank",
                "rank --rank 1 --endpoints a:1,b:2; endpoints: got 2, expected one for each of the 8 ranks",
                "rank --rank 0 --ranks 1 --topology eplb --endpoints a; endpoint: got 'a', expected host:port",
                "rank --rank 0 --ranks 1 --topology eplb --endpoints a:1 --idle rest; idle: got rest, expected one of",
                "cluster --chaos 1 --faults 0; faults: got 0, expected at least 1",
                "cluster --chaos 1 --kinds rain; kinds: got rain, expected some of [kill, stop, restart, skew]",
                "cluster --chaos 1 --exchange nccl; exchange: got nccl with chaos, expected aeron",
                "cluster --json; json: got it without chaos, expected both",
                "cluster --exchange tcp; exchange: got tcp, expected one of [aeron, nccl]",
                "rank --rank 0 --exchange nccl; nccl-ticket: got none, and neither endpoints nor an Aeron directory, expected",
                "rank --rank 0 --exchange nccl --nccl-ticket t --gpu -1; device: got -1, expected at least 0",
                "rank --rank 9 --exchange nccl --nccl-ticket t; rank: got 9, expected 0..7",
                "rank --rank 0 --nccl-ticket t --endpoints a:1; nccl-ticket: got one with exchange aeron, expected exchange nccl",
                "rank --rank 0 --gpu 1 --endpoints a:1; gpu: got one with exchange aeron, expected exchange nccl"
            })
    void whatIsWrongIsSaidInOneLine(String line, String message) {
        CliRun run = CliRun.of(line.split(" ", -1));
        assertEquals(2, run.exitCode(), run.out());
        assertTrue(run.err().startsWith("lplb: " + message), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
    }
}
