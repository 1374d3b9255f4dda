// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.balance.FaultyProvider;
import io.lplb.balance.FaultyProvider.Fault;
import io.lplb.balance.InstalledProvider;
import io.lplb.balance.LogCapture;
import io.lplb.problem.MinMaxProblem;
import java.nio.file.Path;
import java.util.List;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is said about a choice: INFO for one that was made, WARN for something broken, each once a process, and every reason
 * once. Reasons carry the name of their test, for what another test has had said is not said again.
 */
@SuppressWarnings("try") // What is installed is not referenced.
class BackendReasonsTest {
    private static final MinMaxProblem PAIR = MinMaxProblem.of(2, new int[][] {{0, 1}});
    private static final String NAME = InteriorPointSolver.NAME;

    @TempDir
    Path folder;

    @AfterEach
    void forget() {
        FaultyProvider.plan(Fault.NONE, 0);
    }

    private static void create(Backend backend, SolverProvider... providers) {
        Backends.create(backend, NAME, PAIR, 1e-6, 1, List.of(providers)).close();
    }

    /** As a balancer with AUTO does it, where what is broken counts as a recovery. */
    private static String fault(SolverProvider... providers) {
        BackendGuard guard = new BackendGuard(Backend.AUTO, null);
        Backends.Loaded loaded = new Backends.Loaded(List.of(providers), List.of());
        Backends.create(Backend.AUTO, NAME, PAIR, 1e-6, 1, loaded, guard).close();
        BackendException fault = guard.lastFault();
        return fault == null ? "" : fault.reason();
    }

    private static String failure(Backend backend, SolverProvider... providers) {
        return assertThrows(BackendException.class, () -> create(backend, providers))
                .reason();
    }

    @Test
    void aChoiceIsSaidOnce() {
        SolverProvider gpu = new Stated("gpu", true, "Chosen: a device.");
        SolverProvider none = new Stated("gpu", false, "Chosen: no device.");
        SolverProvider emulator = new Stated("emulator", true, "Chosen: threads.");
        try (LogCapture log = new LogCapture(Level.INFO)) {
            for (int again = 0; again < 2; again++) {
                create(Backend.GPU, gpu);
                create(Backend.AUTO, none);
                Backends.createNamed("emulator", NAME, PAIR, 1e-6, 1, List.of(emulator))
                        .close();
                create(Backend.CPU);
            }
            assertEquals(
                    List.of(
                            "INFO Backend gpu: Chosen: a device.",
                            "INFO Backend cpu: Chosen: no device.",
                            "INFO Backend emulator: Chosen: threads."),
                    log.lines());
        }
    }

    @Test
    void aProviderThatCannotBeLoadedIsWarnedOfOnceAndLeftOut() {
        try (InstalledProvider installed = new InstalledProvider(
                        folder,
                        "io.lplb.balance.BrokenProviders$Throwing\nno.such.Provider\n"
                                + FaultyProvider.class.getName());
                LogCapture log = new LogCapture(Level.INFO)) {
            for (int again = 0; again < 2; again++) {
                List<SolverProvider> found = Backends.providers();
                assertEquals(1, found.size(), found::toString);
                assertInstanceOf(FaultyProvider.class, found.get(0));
            }
            List<String> lines = log.lines();
            assertEquals(2, lines.size(), lines::toString);
            String broken = lines.get(0);
            assertTrue(broken.startsWith("WARN A solver provider could not be loaded: "), broken);
            assertTrue(broken.endsWith(", java.lang.IllegalStateException: the constructor broke."), broken);
            String missing = lines.get(1);
            assertTrue(missing.contains("no.such.Provider"), missing);
            assertTrue(missing.endsWith("not found."), missing);
        }
    }

    @Test
    void reasonsThatAreTheSameAreGivenOnce() {
        String probe = "The probe of the gpu failed: java.lang.UnsatisfiedLinkError: libcuda.so.1 here.";
        assertEquals(probe, failure(Backend.GPU, new Broken()));
        assertEquals("No device here.", failure(Backend.GPU, new Stated("gpu", false, "No device here.")));
        SolverProvider other = new Stated("gpu", false, "Nor here.");
        assertEquals(
                "No device here. Nor here.",
                failure(
                        Backend.GPU,
                        new Stated("gpu", false, "No device here."),
                        other,
                        new Stated("gpu", false, "No device here.")));
        assertEquals(probe, fault(new Broken()));
        assertEquals(probe + " Nor here.", failure(Backend.GPU, other, new Broken()), "what is broken comes first");
        assertEquals(
                "The GPU's solver could not be made: java.lang.UnsupportedOperationException: not yet.",
                fault(other, new Unmakeable("not yet")));
        assertEquals(
                "The GPU's solver could not be made: java.lang.UnsupportedOperationException: Full stop.",
                fault(new Unmakeable("Full stop.")));
        assertEquals("", fault(other), "missing is not broken");
    }

    private static class Stated implements SolverProvider {
        private final String backend;
        private final boolean available;
        private final String reason;

        Stated(String backend, boolean available, String reason) {
            this.backend = backend;
            this.available = available;
            this.reason = reason;
        }

        @Override
        public String backend() {
            return backend;
        }

        @Override
        public Availability probe() {
            return new Availability(available, reason, "");
        }

        @Override
        public MinMaxSolver create(String name, MinMaxProblem problem, double tolerance, int maxGroups) {
            return Solvers.create(name, problem, tolerance);
        }

        @Override
        public int worthwhileGroups(String name, MinMaxProblem problem) {
            return 1;
        }
    }

    /** Its probe fails. */
    private static final class Broken extends Stated {
        Broken() {
            super("gpu", true, "");
        }

        @Override
        public Availability probe() {
            throw new UnsatisfiedLinkError("libcuda.so.1 here");
        }
    }

    /** Makes no solver. */
    private static final class Unmakeable extends Stated {
        private final String text;

        Unmakeable(String text) {
            super("gpu", true, "A device that makes nothing.");
            this.text = text;
        }

        @Override
        public MinMaxSolver create(String name, MinMaxProblem problem, double tolerance, int maxGroups) {
            throw new UnsupportedOperationException(text);
        }
    }
}
