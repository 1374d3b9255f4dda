// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.cluster.LaunchEnvironment;
import io.lplb.exchange.aeron.GroupKey;
import io.lplb.exchange.aeron.JvmOptions;
import java.net.DatagramSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Ranks that are started by the environment's variables, and the examples of doing so. */
class LaunchTest {
    private static final Path EXAMPLES = Path.of("..", "examples", "launch");

    /** Two tasks that a stand-in for srun starts on this host. */
    @Test
    @DisabledOnOs(OS.WINDOWS)
    void slurmScriptStartsRanksThatMeet(@TempDir Path folder) throws Exception {
        script(folder, "scontrol", "echo 127.0.0.1; echo node-b");
        script(
                folder,
                "srun",
                "for SLURM_PROCID in 1 0; do SLURM_PROCID=$SLURM_PROCID SLURM_NTASKS=2 \"$@\" > out.$SLURM_PROCID 2>&1 & done; wait");
        Path key = folder.resolve("group.key");
        GroupKey.generate().write(key);
        List<String> java = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1"));
        java.addAll(JvmOptions.needed());
        java.addAll(List.of("-cp", absolute(System.getProperty("java.class.path")), "io.lplb.cli.Lplb"));
        int port;
        try (DatagramSocket free = new DatagramSocket()) {
            port = Math.min(free.getLocalPort(), 65_000);
        }
        ProcessBuilder builder = new ProcessBuilder(
                        "bash",
                        EXAMPLES.resolve("slurm.sh").toAbsolutePath().toString(),
                        "--experts=8",
                        "--batch=64",
                        "--rounds=50",
                        "--deadline=20000")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile());
        Map<String, String> environment = builder.environment();
        environment.put("PATH", folder.toAbsolutePath() + ":" + System.getenv("PATH"));
        environment.put("SLURM_JOB_NODELIST", "node-[a-b]");
        environment.put("SLURM_NTASKS_PER_NODE", "1");
        environment.put("MASTER_PORT", Integer.toString(port));
        environment.put("LPLB_GROUP_KEY_FILE", key.toAbsolutePath().toString());
        environment.put("LPLB", String.join(" ", java));
        assertEquals(0, builder.start().waitFor(), () -> read(folder.resolve("log")));
        for (int r = 0; r < 2; r++) {
            String out = read(folder.resolve("out." + r));
            assertTrue(out.contains("rank " + r + " of 2, Aeron UDP to 1 ranks"), out);
            assertTrue(out.matches("(?s).*rounds in order: [0-9, -]+ AGREED.*"), out);
        }
    }

    private static String absolute(String classPath) {
        List<String> entries = new ArrayList<>();
        for (String entry : classPath.split(":", -1)) {
            entries.add(Path.of(entry).toAbsolutePath().toString());
        }
        return String.join(":", entries);
    }

    private static void script(Path folder, String name, String body) throws Exception {
        Path file = folder.resolve(name);
        Files.writeString(file, "#!/usr/bin/env bash\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (java.io.IOException e) {
            return e.toString();
        }
    }

    /** The options that Kubernetes gives exist, and its variables are those that a rank reads. */
    @Test
    void kubernetesManifestNamesWhatARankReads() throws Exception {
        String manifest = Files.readString(EXAMPLES.resolve("kubernetes.yaml"));
        assertTrue(manifest.lines().noneMatch(line -> line.contains("\t")), "tabs");
        Matcher command = Pattern.compile("command: \\[(.*)]").matcher(manifest);
        assertTrue(command.find(), manifest);
        List<String> words = new ArrayList<>();
        Matcher word = Pattern.compile("\"([^\"]*)\"").matcher(command.group(1));
        while (word.find()) {
            words.add(word.group(1));
        }
        assertEquals(List.of("/lplb/bin/lplb", "rank"), words.subList(0, 2));
        new CommandLine(new RankCommand())
                .parseArgs(words.subList(2, words.size()).toArray(String[]::new));
        for (String variable : List.of("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT", GroupKey.VARIABLE)) {
            assertTrue(manifest.contains("- name: " + variable + "\n"), variable);
        }
    }

    @Test
    void whatIsMissingIsNamed() {
        LaunchEnvironment none = new LaunchEnvironment(Map.of());
        assertEquals(3, none.rank(3));
        assertEquals("a:1", none.rendezvous("a:1"));
        message("no RANK in the environment", () -> none.rank(null));
        message("no MASTER_ADDR in the environment", () -> none.rendezvous(null));
        LaunchEnvironment half = new LaunchEnvironment(Map.of("MASTER_ADDR", "a", "RANK", "x", "WORLD_SIZE", "-1"));
        message("no MASTER_PORT in the environment", () -> half.rendezvous(null));
        message("RANK: got 'x', expected a number", () -> half.rank(null));
        message("WORLD_SIZE: got '-1', expected a number", half::worldSize);
        LaunchEnvironment all = new LaunchEnvironment(
                Map.of("MASTER_ADDR", "a", "MASTER_PORT", "29500", "RANK", "1", "WORLD_SIZE", "2"));
        assertEquals("a:29500", all.rendezvous(null));
        assertEquals(1, all.rank(null));
        assertEquals(2, all.worldSize());
        assertTrue(all.hasMaster());
    }

    private static void message(String part, org.junit.jupiter.api.function.Executable call) {
        String message = String.valueOf(
                assertThrows(IllegalArgumentException.class, call).getMessage());
        assertTrue(message.contains(part), message);
    }
}
