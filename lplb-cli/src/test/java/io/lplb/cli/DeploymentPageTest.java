// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.nccl.NcclExchange;
import io.lplb.tornado.cuda.StandIn;
import java.io.IOException;
import java.net.DatagramSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The commands of docs/deployment.md, as they stand there. */
class DeploymentPageTest {
    private static final Path PAGE = Path.of("..", "docs", "deployment.md");

    private static List<String> commands(String name) throws IOException {
        return commands(name, false);
    }

    private static List<String> commands(String name, boolean nccl) throws IOException {
        List<String> commands = new ArrayList<>();
        for (String line : Files.readAllLines(PAGE)) {
            if (line.startsWith("bin/lplb " + name + " ")
                    && !line.contains("routing.npy")
                    && line.contains("--exchange nccl") == nccl) {
                commands.add(line.substring("bin/lplb ".length()).replaceFirst(" &$", ""));
            }
        }
        return commands;
    }

    @Test
    void oneNode() throws IOException {
        List<String> commands = commands("cluster").stream()
                .filter(command -> !command.contains("--chaos"))
                .toList();
        assertEquals(1, commands.size());
        CliRun run = CliRun.of(commands.get(0).split(" ", -1));
        assertEquals(0, run.exitCode(), run.err());
        assertTrue(run.out().contains("0 of them to a wrong slot"), run.out());
    }

    /** Both nodes are this machine, by two names and with ports that are free. */
    @Test
    void twoNodes() throws Exception {
        List<String> commands = commands("rank");
        assertEquals(4, commands.size());
        String endpoints = Files.readAllLines(PAGE).stream()
                .filter(line -> line.startsWith("E="))
                .findFirst()
                .orElseThrow()
                .substring(2);
        assertEquals("node-a:7800,node-a:7801,node-b:7800,node-b:7801", endpoints);
        endpoints = "127.0.0.1:%d,127.0.0.1:%d,localhost:%d,localhost:%d"
                .formatted(freePorts(4).toArray());
        List<Callable<CliRun>> ranks = new ArrayList<>();
        for (String command : commands) {
            String here = command.replace("$E", endpoints);
            ranks.add(() -> CliRun.of(here.split(" ", -1)));
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(ranks.size())) {
            for (Future<CliRun> result : threads.invokeAll(ranks)) {
                CliRun run = result.get();
                assertEquals(0, run.exitCode(), run.err());
                assertTrue(run.out().contains("Aeron UDP to 3 ranks"), run.out());
                assertTrue(run.out().contains("0 of them to a wrong slot"), run.out());
            }
        }
    }

    /** Two GPUs, that is the stand-in for driver and NCCL. */
    @Test
    void overNccl(@TempDir(cleanup = CleanupMode.NEVER) Path folder) throws Exception {
        List<String> commands = commands("cluster", true);
        assertEquals(1, commands.size());
        Files.createFile(folder.resolve("standin.shared"));
        String library = StandIn.compile(folder).file().toString();
        System.setProperty("lplb.libcuda", library);
        System.setProperty(NcclExchange.LIBRARY_PROPERTY, library);
        try {
            CliRun run = CliRun.of(commands.get(0).split(" ", -1));
            assertEquals(0, run.exitCode(), run.err());
            assertTrue(run.out().contains("exchange:  NCCL "), run.out());
            assertTrue(run.out().contains("0 of them to a wrong slot"), run.out());
        } finally {
            System.clearProperty("lplb.libcuda");
            System.clearProperty(NcclExchange.LIBRARY_PROPERTY);
        }
    }

    private static List<Integer> freePorts(int number) throws IOException {
        List<DatagramSocket> sockets = new ArrayList<>();
        List<Integer> ports = new ArrayList<>();
        for (int k = 0; k < number; k++) {
            DatagramSocket socket = new DatagramSocket();
            sockets.add(socket);
            ports.add(socket.getLocalPort());
        }
        sockets.forEach(DatagramSocket::close);
        return ports;
    }
}
