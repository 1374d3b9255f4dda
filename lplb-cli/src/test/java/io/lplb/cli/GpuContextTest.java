// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.SolverProvider;
import io.lplb.tornado.cuda.StandIn;
import io.lplb.tornado.provider.DriverProvider;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands on a GPU make the device's context once, whatever the number of placements; over the stand-in for the driver. */
class GpuContextTest {
    @TempDir
    private Path folder;

    private final Provider provider = new Provider();
    private StandIn standIn;

    @BeforeEach
    void useStandIn() throws Exception {
        standIn = StandIn.compile(folder);
        standIn.reset();
        System.setProperty(DriverProvider.LIBRARY_PROPERTY, standIn.file().toString());
    }

    @AfterEach
    void forget() {
        System.clearProperty(DriverProvider.LIBRARY_PROPERTY);
    }

    private static final class Provider implements SolverProvider {
        private int made;

        @Override
        public String backend() {
            return "gpu";
        }

        @Override
        public Availability probe() {
            return new Availability(true, "A stand-in.", "");
        }

        @Override
        public MinMaxSolver create(String name, MinMaxProblem problem, double tolerance, int maxGroups) {
            made++;
            return DriverProvider.create(name, problem, tolerance, maxGroups);
        }

        @Override
        public int worthwhileGroups(String name, MinMaxProblem problem) {
            return 1;
        }
    }

    /** Items that rank r shares with the rank so many places on: other placements need other solvers. */
    private static String line(int placement) {
        String items = IntStream.range(0, 8)
                .mapToObj(r -> "[8,[" + r + "," + (r + 1 + placement) % 8 + "]]")
                .collect(Collectors.joining(","));
        return "{\"id\":\"" + placement + "\",\"ranks\":8,\"fixed\":[1,1,1,1,1,1,1,1],\"items\":[" + items + "]}";
    }

    @Test
    void solveMakesOneContextForAllPlacements() {
        String lines = IntStream.range(0, 3)
                .flatMap(k -> IntStream.range(0, 3))
                .mapToObj(GpuContextTest::line)
                .collect(Collectors.joining("\n"));
        SolveCommand command = new SolveCommand(() -> new BackendTable(List.of(provider)));
        CliRun run = CliRun.of(
                new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)),
                CliRun.replacing(SolveCommand.class, command),
                "solve",
                "--backend",
                "gpu",
                "--solver",
                "relaxation");
        assertEquals(0, run.exitCode(), run.err());
        assertEquals(9, provider.made);
        assertEquals(1, standIn.contexts());
        assertEquals(0, standIn.live());
    }

    @Test
    void checkMakesOneContextForAllProblems() {
        new DifferentialCheck(provider, 7, false).run(9);
        assertTrue(provider.made > 4, "got " + provider.made + " solvers, expected several problems");
        assertEquals(1, standIn.contexts());
        assertEquals(0, standIn.live());
    }
}
