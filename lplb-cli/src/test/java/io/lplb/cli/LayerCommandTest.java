// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.cost.ExpertCost;
import io.lplb.layer.LayerFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LayerCommandTest {
    @TempDir
    Path folder;

    /** Routing of 2 layers, 2,000 tokens, 2 of 16 experts each, skewed. */
    private Path trace() throws IOException {
        byte[] ids = new byte[2 * 2_000 * 2];
        Random random = new Random(8);
        for (int k = 0; k < ids.length; k += 2) {
            ids[k] = (byte) Math.min(15, Math.abs(random.nextGaussian()) * 6);
            ids[k + 1] = (byte) ((ids[k] + 1 + random.nextInt(15)) % 16);
        }
        ids[0] = 15;
        String header = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2000, 2), }";
        header = header + " ".repeat(117 - header.length()) + "\n";
        ByteBuffer npy = ByteBuffer.allocate(128 + ids.length);
        npy.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0});
        npy.put(header.getBytes(StandardCharsets.US_ASCII)).put(ids);
        return Files.write(folder.resolve("trace.npy"), npy.array());
    }

    @Test
    void plansAreWrittenAndMeasuredTimesShown() throws IOException {
        Path plans = folder.resolve("plans.json");
        CliRun run = CliRun.of(
                "layer",
                "--trace",
                trace().toString(),
                "--cost",
                "tiles:64:10:20",
                "--tokens",
                "256,4096",
                "--layers",
                "0,1",
                "--write",
                plans.toString());
        assertEquals(0, run.exitCode(), run.err());
        assertTrue(run.out().contains("8 ranks, same task, 4096"), run.out());
        assertTrue(run.out().contains("bound of time") && run.out().contains("bound of replicas"), run.out());
        LayerFile file = LayerFile.read(plans);
        assertEquals(4, file.cases.size());
        ExpertCost cost = ExpertCost.tiles(64, 10, 20);
        for (LayerFile.Case c : file.cases) {
            assertEquals(5, c.plans.size());
            for (LayerFile.Plan plan : c.plans.values()) {
                long sum = 0;
                double slowest = 0;
                for (long[] slots : plan.counts) {
                    slowest = Math.max(slowest, cost.micros(slots));
                    for (long t : slots) {
                        sum += t;
                    }
                }
                assertEquals(2L * c.tokens, sum);
                assertEquals(slowest, plan.predicted);
                plan.measured = 1.1 * slowest;
                plan.ranksUs = new double[] {1.1 * slowest};
            }
            LayerFile.Plan time = Objects.requireNonNull(c.plans.get("time"));
            for (String other : new String[] {"as placed", "even split", "tokens"}) {
                assertTrue(time.predicted <= Objects.requireNonNull(c.plans.get(other)).predicted, other);
            }
            assertEquals(time.predicted, Objects.requireNonNull(time.bound), 1e-9);
        }
        try (var out = Files.newOutputStream(plans)) {
            file.write(out);
        }
        CliRun shown = CliRun.of("layer", "--measured", plans.toString());
        assertEquals(0, shown.exitCode(), shown.err());
        assertTrue(shown.out().contains("median error 9.1 %, 90th percentile 9.1 %"), shown.out());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "layer; got neither --trace nor --measured",
                "layer --trace a.npy --measured b; got both --trace and --measured",
                "layer --trace a.npy --cost tiles:1; cost: got tiles:1, expected tiles:TILE:US_PER_TILE:FIXED_US",
                "layer --trace a.npy --shape big; shape: got big, expected HIDDENxINTERMEDIATE",
                "layer --trace a.npy --topology no; topology: got",
                "layer --trace no-such-file.npy; no-such-file.npy"
            })
    void mistakesAreNamed(String arguments, String message) {
        CliRun run = CliRun.of(arguments.split(" ", -1));
        assertEquals(2, run.exitCode());
        assertTrue(run.err().contains(message), run.err());
    }
}
