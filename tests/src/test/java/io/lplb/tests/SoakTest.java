// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.balance.FaultyProvider;
import io.lplb.balance.InstalledProvider;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.logging.Logger;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random plans for a long time: balancers of all kinds, placement updates, and backends that fail and are replaced.
 *
 * <pre>
 *   mvn -pl tests -am -Dtest=SoakTest -Dsurefire.failIfNoSpecifiedTests=false -Dlplb.soakSeconds=600 verify
 * </pre>
 *
 * <p>Memory is flat if the heap after a collection, at sixteen points of equal distance, has a mean in the last quarter
 * that is at most 2 MiB above that of the second quarter (the first warms up), and as many threads at the end as at the
 * start.
 */
@SuppressWarnings("try") // What is installed is not referenced.
class SoakTest {
    private static final String SECONDS = "lplb.soakSeconds";
    private static final int SHORT_ROUNDS = 1_500;
    private static final int BALANCERS = 8;
    private static final int SAMPLES = 16;
    private static final long GROWTH = 2L << 20;
    private static final Logger LOG = Logger.getLogger(SoakTest.class.getName());

    @TempDir
    Path folder;

    private final List<Long> heap = new ArrayList<>();
    private long rounds;
    private long tokens;
    private long updates;
    private long replaced;
    private long recoveries;

    @BeforeEach
    void expectRecoveries() {
        Configurator.setLevel("io.lplb.solver.BackendGuard", Level.OFF);
    }

    @AfterEach
    void hearOfRecoveriesAgain() {
        FaultyProvider.release();
        Configurator.setLevel("io.lplb.solver.BackendGuard", Level.WARN);
    }

    @Test
    void aShortRun() {
        run(11, 0);
    }

    @Test
    @Tag("soak")
    @EnabledIfSystemProperty(named = SECONDS, matches = "[1-9][0-9]*", disabledReason = "-D" + SECONDS + "=600 runs it")
    void aLongRun() {
        run(System.nanoTime(), Long.getLong(SECONDS));
    }

    /** Runs for so many seconds, or a fixed number of rounds. */
    private void run(long seed, long seconds) {
        long start = System.nanoTime();
        Random random = new Random(seed);
        SoakBalancer[] balancers = new SoakBalancer[BALANCERS];
        try (InstalledProvider installed = new InstalledProvider(folder, FaultyProvider.class.getName())) {
            Arrays.setAll(balancers, k -> new SoakBalancer(random));
            double done = 0;
            while (done < 1) {
                round(random, balancers);
                done = seconds == 0 ? rounds / (double) SHORT_ROUNDS : (System.nanoTime() - start) / (seconds * 1e9);
                if (done * SAMPLES > heap.size() + 1) {
                    heap.add(heapAfterCollection());
                }
            }
        } catch (AssertionError e) {
            throw new AssertionError("seed " + seed + ", round " + rounds, e);
        } finally {
            for (SoakBalancer balancer : balancers) {
                if (balancer != null) {
                    balancer.close();
                }
            }
        }
        FaultyProvider.release();
        report(seed, (System.nanoTime() - start) / 1e9);
        assertTrue(growth() <= GROWTH, "heap after collections: " + heap);
        assertEquals(0, joinedSolverThreads(), "threads of solvers still alive");
        assertTrue(updates > 0 && replaced > 0 && recoveries > 0, "every kind of event happens");
    }

    private void round(Random random, SoakBalancer[] balancers) {
        int k = random.nextInt(balancers.length);
        if (random.nextInt(40) == 0) {
            recoveries += balancers[k].recoveries();
            balancers[k].close();
            balancers[k] = new SoakBalancer(random);
            replaced++;
        }
        if (random.nextInt(20) == 0) {
            balancers[k].updatePlacement();
            updates++;
        }
        tokens += balancers[k].step();
        rounds++;
    }

    private static long heapAfterCollection() {
        // What the first collection finalises, the second one frees.
        System.gc();
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private double growth() {
        int quarter = heap.size() / 4;
        return mean(heap.size() - quarter, heap.size()) - mean(quarter, 2 * quarter);
    }

    private double mean(int from, int to) {
        return heap.subList(from, to).stream().mapToLong(v -> v).average().orElseThrow();
    }

    /** Solvers that hung have been let go: their threads end. */
    private static long joinedSolverThreads() {
        long alive = 0;
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("lplb-solver-")) {
                try {
                    thread.join(30_000);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                alive += thread.isAlive() ? 1 : 0;
            }
        }
        return alive;
    }

    private void report(long seed, double seconds) {
        LOG.info(String.format(
                Locale.ROOT,
                "soak, seed %d: %.1f s, %d plans, %d tokens routed, %d placement updates, %d balancers replaced, %d"
                        + " recoveries, heap after collections in KiB %s",
                seed,
                seconds,
                rounds,
                tokens,
                updates,
                replaced,
                recoveries,
                heap.stream().map(bytes -> bytes >> 10).toList()));
    }
}
