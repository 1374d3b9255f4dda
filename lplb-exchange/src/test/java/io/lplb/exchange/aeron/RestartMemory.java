// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import io.lplb.exchange.GroupIdentity;
import io.lplb.exchange.RoundStatus;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.net.DatagramSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Program that shows memory over restarts: rank 0 of 2 lives, rank 1 joins, agrees in some rounds and ends without leaving. Arguments:
 * ipc or udp, the number of restarts, and whether rank 1 is a new process each time (the default) or "one" process, which is
 * quicker: over UDP its driver ends before its exchange then, so that rank 0 hears nothing any more; over IPC it leaves.
 */
final class RestartMemory {
    private static final int EXPERTS = 64;
    private static final int AGREED = 5;
    private static final long DEADLINE = Duration.ofMillis(100).toNanos();
    private static final long PACE = Duration.ofMillis(1).toNanos();
    private static final List<Integer> SHOWN = List.of(1, 10, 50, 100, 200, 300);
    private static final Path SHARED = Path.of("/dev/shm");

    private RestartMemory() {}

    public static void main(String[] args) throws Exception {
        if (args[0].equals("rank")) {
            List<String> endpoints = List.of(args[1].split(",", -1));
            if (args.length > 3) {
                runInOneProcess(endpoints, args[2].isEmpty() ? null : args[2], Integer.parseInt(args[3]));
            } else {
                run(endpoints, args[2].isEmpty() ? null : args[2]);
            }
            Runtime.getRuntime().halt(1);
        }
        boolean oneProcess = args.length > 2 && args[2].equals("one");
        List<String> endpoints = new ArrayList<>();
        try (DatagramSocket one = new DatagramSocket();
                DatagramSocket other = new DatagramSocket()) {
            endpoints.add("127.0.0.1:" + one.getLocalPort());
            endpoints.add("127.0.0.1:" + other.getLocalPort());
        }
        if (args[0].equals("udp")) {
            restart(endpoints, null, Integer.parseInt(args[1]), oneProcess);
        } else {
            try (EmbeddedDriver driver = EmbeddedDriver.launch("restarts")) {
                restart(endpoints, driver.directory(), Integer.parseInt(args[1]), oneProcess);
            }
        }
    }

    private static AeronExchange connect(int self, List<String> endpoints, @Nullable String directory) {
        return AeronExchange.connect(new ExchangeSettings(
                new GroupIdentity(2, EXPERTS, 1, "restarts"),
                self,
                endpoints,
                directory,
                ExchangeSettings.DEFAULT_STREAM,
                Duration.ofSeconds(60),
                "sleep"));
    }

    /** Agrees in some rounds as rank 1. */
    private static AeronExchange run(List<String> endpoints, @Nullable String directory) {
        AeronExchange exchange = connect(1, endpoints, directory);
        int[] all = new int[2 * EXPERTS];
        for (int agreed = 0; agreed < AGREED; ) {
            RoundStatus status = gather(exchange, all);
            agreed += status == RoundStatus.COMPLETE ? 1 : 0;
        }
        return exchange;
    }

    @SuppressWarnings("try") // The drivers are only closed.
    private static void runInOneProcess(List<String> endpoints, @Nullable String directory, int restarts) {
        // By another name of the host, so that a driver of this process's own is one of another host for rank 0.
        List<String> udp = List.of(endpoints.get(0), endpoints.get(1).replace("127.0.0.1", "localhost"));
        for (int k = 0; k < restarts; k++) {
            if (directory != null) {
                run(endpoints, directory).close();
            } else {
                AeronExchange exchange;
                try (EmbeddedDriver driver = EmbeddedDriver.launch("restarted")) {
                    exchange = run(udp, driver.directory());
                }
                exchange.close();
            }
        }
    }

    private static RoundStatus gather(AeronExchange exchange, int[] all) {
        // The time that a layer takes: a rank alone would run ahead of one that joins.
        LockSupport.parkNanos(PACE);
        return exchange.gather(exchange.nextRound(), 1, new int[EXPERTS], all, DEADLINE);
    }

    private static void restart(List<String> endpoints, @Nullable String directory, int restarts, boolean oneProcess)
            throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home", ""), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path", "")));
        command.addAll(JvmOptions.needed());
        command.addAll(List.of(
                RestartMemory.class.getName(),
                "rank",
                String.join(",", endpoints),
                directory == null ? "" : directory));
        if (oneProcess) {
            command.add(Integer.toString(restarts));
        }
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        Process process = builder.start();
        int[] all = new int[2 * EXPERTS];
        try (AeronExchange exchange = connect(0, endpoints, directory)) {
            for (int k = 1; k <= restarts; k++) {
                process = k == 1 || oneProcess ? process : builder.start();
                while (process.isAlive() && (!oneProcess || exchange.restartsSeen() < k)) {
                    gather(exchange, all);
                }
                if (SHOWN.contains(k) || k % 500 == 0 || k == restarts) {
                    show(k, exchange);
                }
            }
        }
    }

    private static void show(int restarts, AeronExchange exchange) throws IOException {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        long folders;
        try (var entries = Files.list(SHARED)) {
            folders = entries.filter(path -> path.getFileName().toString().startsWith("lplb-"))
                    .count();
        }
        String resident = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS") || line.startsWith("Rss"))
                .map(line -> line.replaceAll("\\s+", " "))
                .collect(Collectors.joining(", "));
        StringBuilder pools = new StringBuilder();
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            if (pool.getType() == MemoryType.NON_HEAP) {
                pools.append(String.format(
                        Locale.ROOT, ", %s %d", pool.getName(), pool.getUsage().getCommitted() / 1024));
            }
        }
        System.out.printf(
                Locale.ROOT,
                "after %4d restarts: %6d KiB in %s in %d folders, rank 0: %d KiB of heap in use, %d committed; %s;"
                        + " KiB committed%s; %d restarts seen%n",
                restarts,
                (SHARED.toFile().getTotalSpace() - SHARED.toFile().getFreeSpace()) / 1024,
                SHARED,
                folders,
                (runtime.totalMemory() - runtime.freeMemory()) / 1024,
                runtime.totalMemory() / 1024,
                resident,
                pools,
                exchange.restartsSeen());
    }
}
