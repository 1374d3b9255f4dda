// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.cost.CostProfile;
import io.lplb.cost.ExpertCost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProfileCommandTest {
    /** A kernel with tiles of 64 tokens: 20 us, 5 us per expert and 7 us per tile. */
    private static final String KERNEL = "while read -r line; do s=20; for t in $line; do "
            + "[ $t -gt 0 ] && s=$((s+5+7*((t+63)/64))); done; echo $s; done";

    @TempDir
    Path folder;

    @Test
    void aCommandIsMeasuredAndItsProfileWritten() throws IOException {
        Path file = folder.resolve("own.profile");
        Path svg = folder.resolve("own.svg");
        CliRun run = CliRun.of(
                "profile",
                "--run",
                KERNEL,
                "--slots",
                "6",
                "--name",
                "loop",
                "--write",
                file.toString(),
                "--svg",
                svg.toString());
        assertEquals(0, run.exitCode(), run.err());
        assertTrue(run.out().contains("loop: ") && run.out().contains("error of the fit: median 0.0 %"), run.out());
        CostProfile profile = CostProfile.read(file);
        assertEquals(6, profile.counts(0).length);
        ExpertCost cost = profile.fit();
        assertEquals(64, cost.tile());
        assertEquals(20 + 2 * 5 + 7 * (1 + 4), cost.micros(64, 200, 0, 0, 0, 0), 0.5);
        String picture = Files.readString(svg);
        assertTrue(picture.startsWith("<svg") && picture.endsWith("</svg>\n"), picture);
        assertEquals(2L * profile.points(), picture.split("<circle", -1).length - 1);
        assertFalse(picture.contains("NaN"), picture);
        CliRun used = CliRun.of("demo", "--batches", "2", "--cost", file.toString());
        assertEquals(0, used.exitCode(), used.err());
        assertTrue(used.out().contains("time of the slowest rank under the cost loop, mean of 2 batches"), used.out());
    }

    @Test
    void aCommandMayBeStartedForEveryPoint() throws IOException {
        Path file = folder.resolve("each.profile");
        CliRun run =
                CliRun.of("profile", "--run", "echo {} | (" + KERNEL + ")", "--slots", "1", "--write", file.toString());
        assertEquals(0, run.exitCode(), run.err());
        assertEquals(20 + 5 + 7, CostProfile.read(file).micros(0));
    }

    @Test
    void aCommandThatDoesNotAnswerIsEnded() {
        CliRun run = CliRun.of("profile", "--run", "exec sleep 600", "--slots", "2", "--timeout", "1");
        assertEquals(2, run.exitCode());
        assertTrue(run.err().contains("got no answer to point 1 1 in 1 s"), run.err());
    }

    @Test
    void shippedProfilesAreShown() {
        for (String name : ExpertCost.profileNames()) {
            CliRun run = CliRun.of("profile", name);
            assertEquals(0, run.exitCode(), run.err());
            assertTrue(run.out().contains("tokens per slot") && run.out().contains("H200"), run.out());
        }
        CliRun text = CliRun.of("profile", "deepseek-v3-h200", "--write", "-");
        assertEquals(ExpertCost.shippedProfile("deepseek-v3-h200").toText(), text.out());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "profile; got 0 of a PROFILE, --run and --builtin",
                "profile deepseek-v3-h200 --run x; got 2 of a PROFILE, --run and --builtin",
                "profile no-such-file; no-such-file",
                "profile --builtin 7168; builtin: got 7168, expected HIDDENxINTERMEDIATE",
                "profile --run true; 'true'",
                "profile --run exit; 'exit'",
                "profile --run echo={}=us; =us' for point 1",
                "profile --run yes --slots 0; slots: got 0, expected at least 1"
            })
    void mistakesAreNamed(String arguments, String message) {
        CliRun run = CliRun.of(Arrays.stream(arguments.split(" ", -1))
                .map(word -> word.replace("echo=", "echo "))
                .toArray(String[]::new));
        assertEquals(2, run.exitCode(), run.out());
        assertTrue(run.err().contains(message), run.err());
    }

    /** A command that answers the same whatever the tokens is refused: its times do not grow. */
    @Test
    void timesThatDoNotGrowAreRefused() {
        CliRun run = CliRun.of("profile", "--run", "while read -r line; do echo 50; done", "--slots", "2");
        assertEquals(2, run.exitCode());
        assertTrue(run.err().contains("expected times that grow with tokens"), run.err());
    }

    @Test
    void replayPredictsTimes() throws IOException {
        Path json = folder.resolve("replay.json");
        Path trace = Files.writeString(
                folder.resolve("counts.json"),
                "{\"logical_count\": [[900, 100, 50, 40, 30, 20, 10, 5, 900, 100, 50, 40, 30, 20, 10, 5]]}");
        CliRun run =
                CliRun.of("replay", "--trace", trace.toString(), "--cost", "tiles:64:10:20", "--json", json.toString());
        assertEquals(0, run.exitCode(), run.err());
        assertTrue(run.out().contains("cost:     tiles:64:10.0:20.0, in us"), run.out());
        // As is, a rank has 1,000 tokens of two experts: 15 tiles and 2 tiles, and 20 us.
        assertTrue(Files.readString(json).contains("\"timeWithCopies\" : 190.0"), Files.readString(json));
    }
}
