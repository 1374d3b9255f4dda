// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cluster;

import io.lplb.exchange.aeron.EmbeddedDriver;
import io.lplb.exchange.aeron.ExchangeSettings;
import io.lplb.exchange.aeron.GroupKey;
import io.lplb.replay.TextTable;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures the exchange among processes of one host, without and with a group key, beside the same gather over plain blocking TCP sockets on loopback:
 * the same processes do both in turn, block after block. A process waits for the slowest of all in every round, so with
 * fewer cores than ranks both numbers contain the time that ranks wait for a core.
 */
@Command(
        name = "exchange-timing",
        mixinStandardHelpOptions = true,
        description = "Time the exchange of counts over Aeron IPC beside blocking TCP sockets, in one run.")
public final class ExchangeTiming implements Callable<Integer> {
    @Option(names = "--ranks", description = "Processes; ${DEFAULT-VALUE} if absent.")
    private int ranks = 8;

    @Option(names = "--experts", description = "Counts per rank; ${DEFAULT-VALUE} if absent.")
    private int experts = 256;

    @Option(names = "--rounds", description = "Rounds per block; ${DEFAULT-VALUE} if absent.")
    private int rounds = 2000;

    @Option(names = "--blocks", description = "Measured blocks of each kind; ${DEFAULT-VALUE} if absent.")
    private int blocks = 5;

    @Option(names = "--idle", description = "How ranks wait for counts over Aeron; ${DEFAULT-VALUE} if absent.")
    private String idle = ExchangeSettings.DEFAULT_IDLE;

    /** Runs the program and ends the process. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new ExchangeTiming()).execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Map<String, Histogram> nanos = new TreeMap<>();
        Map<String, Double> bytes = new TreeMap<>();
        try (EmbeddedDriver driver = EmbeddedDriver.launch("timing")) {
            List<Process> children = start(driver.directory());
            try {
                for (Process child : children) {
                    collect(child, nanos, bytes);
                }
            } finally {
                children.forEach(Process::destroy);
            }
        }
        print(nanos, bytes);
        return 0;
    }

    private List<Process> start(String directory) throws IOException {
        List<String> ports = freePorts();
        List<Process> children = new ArrayList<>();
        GroupKey key = GroupKey.generate();
        for (int r = 0; r < ranks; r++) {
            List<String> command = RankProcess.javaCommand(ExchangeTimingRank.class.getName());
            command.addAll(List.of(
                    Integer.toString(r),
                    Integer.toString(experts),
                    Integer.toString(rounds),
                    Integer.toString(blocks),
                    idle,
                    directory,
                    String.join(",", ports)));
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
            builder.environment().put(GroupKey.VARIABLE, key.text());
            children.add(builder.start());
        }
        return children;
    }

    private List<String> freePorts() throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        List<String> ports = new ArrayList<>();
        for (int r = 0; r < ranks; r++) {
            ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            sockets.add(socket);
            ports.add(Integer.toString(socket.getLocalPort()));
        }
        for (ServerSocket socket : sockets) {
            socket.close();
        }
        return ports;
    }

    private static void collect(Process child, Map<String, Histogram> nanos, Map<String, Double> bytes)
            throws IOException, InterruptedException {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            while (line != null) {
                String[] parts = line.split(" ", 3);
                nanos.computeIfAbsent(parts[0], n -> new Histogram(3)).add(RankResult.decode(parts[2]));
                bytes.merge(parts[0], Double.parseDouble(parts[1]), Math::max);
                line = lines.readLine();
            }
        }
        if (child.waitFor() != 0) {
            throw new IOException("a rank ended with exit code " + child.exitValue());
        }
    }

    private void print(Map<String, Histogram> nanos, Map<String, Double> bytes) {
        System.out.println(ranks + " processes, " + experts + " experts, " + blocks + " x " + rounds
                + " rounds of each, " + Runtime.getRuntime().availableProcessors() + " cores, idle strategy " + idle);
        TextTable table = new TextTable("", "p50", "p99", "p99.9", "mean", "bytes/round");
        nanos.forEach((name, times) -> table.row(
                name,
                micros((double) times.getValueAtPercentile(50)),
                micros((double) times.getValueAtPercentile(99)),
                micros((double) times.getValueAtPercentile(99.9)),
                micros(times.getMean()),
                String.format(Locale.ROOT, "%.2f", bytes.get(name))));
        System.out.print(table.format());
        Histogram aeron = nanos.getOrDefault("aeron", new Histogram(3));
        Histogram keyed = nanos.getOrDefault("aeron-key", new Histogram(3));
        System.out.printf(
                Locale.ROOT,
                "with / without key: %.3f of the median, %.3f of the mean%n",
                keyed.getValueAtPercentile(50) / (double) aeron.getValueAtPercentile(50),
                keyed.getMean() / aeron.getMean());
        Histogram tcp = nanos.getOrDefault("tcp", new Histogram(3));
        System.out.printf(
                Locale.ROOT,
                "aeron / tcp: %.3f of the median, %.3f of the mean%n",
                aeron.getValueAtPercentile(50) / (double) tcp.getValueAtPercentile(50),
                aeron.getMean() / tcp.getMean());
    }

    private static String micros(double nanos) {
        return String.format(Locale.ROOT, "%.1f us", nanos / 1_000);
    }
}
