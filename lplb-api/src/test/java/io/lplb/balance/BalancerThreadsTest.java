// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.exchange.LocalExchange;
import io.lplb.solver.Backend;
import io.lplb.topology.Topologies;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** A balancer takes one thread at a time and refuses a second one; its solver is closed with it and with its placement. */
@SuppressWarnings("try") // What is installed is not referenced.
class BalancerThreadsTest {
    private static final int EXPERTS = 64;

    @TempDir
    Path folder;

    private static LoadBalancerBuilder cube() {
        return LoadBalancer.builder()
                .experts(EXPERTS)
                .ranks(8)
                .topology(Topologies.cube())
                .replicas(2);
    }

    private InstalledProvider provider(FaultyProvider.Fault fault) {
        FaultyProvider.plan(fault, 0);
        return new InstalledProvider(folder, FaultyProvider.class.getName());
    }

    @Test
    void aSecondThreadAtTheSameTimeIsRefused() throws Exception {
        try (InstalledProvider installed = provider(FaultyProvider.Fault.NEVER_RETURNS);
                LoadBalancer balancer = cube().backend(Backend.GPU).build();
                ExecutorService other = Executors.newSingleThreadExecutor()) {
            int[] counts = new int[EXPERTS];
            counts[3] = 10;
            Future<PlanReport> plan = other.submit(() -> balancer.plan(counts));
            FaultyProvider.awaitHanging();
            for (Executable call : List.<Executable>of(
                    () -> balancer.plan(counts),
                    () -> balancer.route(new int[1], new int[1]),
                    () -> balancer.copySlotLoads(new long[80]),
                    () -> balancer.updatePlacement(new double[EXPERTS]),
                    balancer::close)) {
                IllegalStateException e = assertThrows(IllegalStateException.class, call);
                assertTrue(String.valueOf(e.getMessage()).contains("expected one thread at a time"), e.getMessage());
            }
            // A health check need not wait for a plan: what it finds holds from the next one on.
            balancer.setActive(0, false);
            balancer.updateSpeeds(1, 1, 1, 1, 1, 1, 1, 2);
            balancer.addListener(report -> {});
            FaultyProvider.release();
            assertEquals(10, plan.get().tokens());
            assertEquals(8, plan.get().activeRanks());
            assertEquals(7, balancer.plan(counts).activeRanks());
        }
    }

    /** The listener hears of a plan that stands: it may route by it. */
    @Test
    void aListenerMayUseTheBalancer() {
        LoadBalancer[] self = new LoadBalancer[1];
        int[] out = new int[2];
        try (LoadBalancer balancer =
                cube().listener(report -> self[0].route(new int[] {1, 2}, out)).build()) {
            self[0] = balancer;
            balancer.plan(new int[EXPERTS]);
            assertEquals(2, balancer.placement().expertIn(out[1]));
        }
    }

    /** Closed in another thread than it was used in, which is allowed. */
    @Test
    void aBalancerMayBeClosedByAnotherThread() throws Exception {
        LoadBalancer balancer = cube().build();
        balancer.plan(new int[EXPERTS]);
        try (ExecutorService other = Executors.newSingleThreadExecutor()) {
            other.submit(balancer::close).get();
        }
        assertThrows(IllegalStateException.class, () -> balancer.plan(new int[EXPERTS]));
    }

    @Test
    void solversAreClosedWithTheirPlacementAndTheirBalancer() {
        int before = FaultyProvider.open();
        try (InstalledProvider installed = provider(FaultyProvider.Fault.NONE)) {
            LoadBalancer balancer = cube().backend(Backend.GPU).build();
            for (int k = 0; k < 3; k++) {
                balancer.updatePlacement(new double[EXPERTS]);
                assertEquals(before + 1, FaultyProvider.open());
            }
            balancer.close();
            assertEquals(before, FaultyProvider.open());
            RankBalancer rank = LoadBalancer.builder()
                    .experts(EXPERTS)
                    .ranks(1)
                    .eplb()
                    .backend(Backend.GPU)
                    .buildRank(LocalExchange.group(1, EXPERTS).get(0));
            rank.updatePlacement(new double[EXPERTS]);
            assertEquals(before + 1, FaultyProvider.open());
            rank.close();
            rank.close();
            assertEquals(before, FaultyProvider.open());
        }
    }

    /** A group of ranks on virtual threads: waits for counts and for a solver under a time limit pin no carrier. */
    @Test
    void virtualThreadsAreNotPinned() throws Exception {
        Path file = folder.resolve("pinned.jfr");
        int ranks = 4;
        List<LocalExchange> group = LocalExchange.group(ranks, EXPERTS);
        try (InstalledProvider installed = provider(FaultyProvider.Fault.NONE);
                Recording recording = new Recording()) {
            recording.enable("jdk.VirtualThreadPinned").withThreshold(Duration.ZERO);
            recording.start();
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<Boolean>> all = new ArrayList<>();
                for (LocalExchange exchange : group) {
                    all.add(threads.submit(() -> rounds(exchange, ranks)));
                }
                for (Future<Boolean> one : all) {
                    assertTrue(one.get());
                }
            }
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> pinned = RecordingFile.readAllEvents(file).stream()
                .filter(event -> String.valueOf(event.getStackTrace()).contains("io.lplb"))
                // The recording itself pins threads for moments in critical sections of its own.
                .filter(event -> event.getString("pinnedReason").matches("(?i).*(native|monitor).*"))
                .toList();
        assertEquals(List.of(), pinned);
    }

    private static boolean rounds(LocalExchange exchange, int ranks) {
        try (RankBalancer balancer = LoadBalancer.builder()
                .experts(EXPERTS)
                .ranks(ranks)
                .eplb()
                .backend(Backend.GPU)
                .solveTimeLimit(Duration.ofMinutes(1))
                .deadline(Duration.ofMinutes(1))
                .buildRank(exchange)) {
            for (int n = 0; n < 50; n++) {
                int[] counts = new int[EXPERTS];
                counts[n % EXPERTS] = 9;
                assertEquals(RoundOutcome.AGREED, balancer.plan(counts).outcome());
            }
            return true;
        }
    }

    @Test
    void allListenersHearAndTheFirstExceptionIsThrown() {
        List<String> heard = new ArrayList<>();
        PlanListener failing = report -> {
            heard.add("failing");
            throw new IllegalStateException("from the listener");
        };
        try (LoadBalancer balancer = cube().addListener(report -> heard.add("first"))
                .addListener(failing)
                .build()) {
            balancer.addListener(report -> heard.add("last of " + report.name()));
            balancer.addListener(report -> {
                throw new IllegalArgumentException("another");
            });
            IllegalStateException e = assertThrows(IllegalStateException.class, () -> balancer.plan(new int[EXPERTS]));
            assertEquals("from the listener", e.getMessage());
            assertEquals(1, e.getSuppressed().length);
            assertEquals(List.of("first", "failing", "last of "), heard);
            assertTrue(balancer.removeListener(failing));
            assertFalse(balancer.removeListener(failing));
            assertEquals(
                    8, balancer.lastPlan() == null ? 0 : balancer.lastPlan().activeRanks(), "the plan stands");
        }
    }

    /** Messages and log lines begin with the balancer's name and layer. */
    @Test
    void messagesCarryNameAndLayer() {
        try (InstalledProvider installed = provider(FaultyProvider.Fault.SOLVE_ASSERTS);
                LogCapture log = new LogCapture()) {
            LoadBalancerBuilder named = cube().name("decode").layer(12);
            try (LoadBalancer balancer = named.backend(Backend.AUTO).build()) {
                assertEquals("decode", balancer.name());
                assertEquals(12, balancer.layer());
                balancer.plan(new int[EXPERTS]);
                assertTrue(
                        log.warnings().get(0).startsWith("decode layer 12: The CPU takes over for good. backend gpu: "),
                        log.warnings().toString());
                assertMessage("decode layer 12: counts: got length 3,", () -> balancer.plan(new int[3]));
                assertMessage("decode layer 12: out: got length 1,", () -> balancer.copySlotLoads(new long[1]));
            }
            LoadBalancer gpu = named.backend(Backend.GPU).build();
            assertMessage("decode layer 12: backend gpu: solve failed.", () -> gpu.plan(new int[EXPERTS]));
            assertMessage("decode layer 12: route: got no plan", () -> gpu.route(new int[1], new int[1]));
            gpu.close();
            assertMessage("decode layer 12: plan: got a closed balancer", () -> gpu.plan(new int[EXPERTS]));
            try (LoadBalancer balancer = cube().name("only a name").build()) {
                assertMessage("only a name: counts: got length 3,", () -> balancer.plan(new int[3]));
            }
        }
    }

    private static void assertMessage(String start, Executable call) {
        String message =
                String.valueOf(assertThrows(RuntimeException.class, call).getMessage());
        assertTrue(message.startsWith(start), message);
    }
}
