// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.ExactSolver;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.SolverProvider;
import io.lplb.solver.Solvers;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckCommandTest {
    /** A backend called gpu: the CPU's exact solver, or even splits, which are wrong. */
    private static BackendTable backend(boolean right) {
        return new BackendTable(List.of(new SolverProvider() {
            @Override
            public String backend() {
                return "gpu";
            }

            @Override
            public Availability probe() {
                return new Availability(true, "For a test.", "");
            }

            @Override
            public MinMaxSolver create(String name, MinMaxProblem problem, double tolerance, int maxGroups) {
                return right
                        ? Solvers.create(ExactSolver.NAME, problem, tolerance)
                        : new EvenSolver(name, problem, tolerance, new EvenSolver.Counter());
            }

            @Override
            public int worthwhileGroups(String name, MinMaxProblem problem) {
                return 0;
            }
        }));
    }

    private static CliRun run(boolean right, String... args) {
        return CliRun.of(
                InputStream.nullInputStream(),
                CliRun.replacing(CheckCommand.class, new CheckCommand(() -> backend(right))),
                args);
    }

    @Test
    void rightAnswersPass() {
        CliRun run = run(true, "check", "--backend", "gpu", "--problems", "60", "--seed", "5");
        assertEquals(0, run.exitCode(), run.out() + run.err());
        assertTrue(run.out().startsWith("60 problems by two solvers, 0 wrong"), run.out());
    }

    @Test
    void wrongAnswersFailWithTheSmallestProblem(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("wrong.jsonl");
        CliRun run = run(false, "check", "--problems", "30", "--seed", "5", "--output", file.toString());
        assertEquals(1, run.exitCode(), run.out() + run.err());
        assertTrue(run.out().contains("smallest problem that fails: " + file), run.out());
        CliRun solved = CliRun.of("solve", "--input", file.toString());
        assertEquals(0, solved.exitCode(), solved.err() + Files.readString(file));
        assertEquals(1, solved.out().lines().count());
    }

    @Test
    void familiesAreCheckedOneByOne(@TempDir Path folder) throws IOException {
        CliRun run = run(true, "check", "--families", "--problems", "20");
        assertEquals(0, run.exitCode(), run.out() + run.err());
        assertEquals(23, run.out().lines().count(), run.out());
        assertTrue(run.out().contains("STAR            relaxation            20      0"), run.out());
        for (String line :
                run.out().lines().filter(l -> l.contains("relaxation")).toList()) {
            double gap = Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
            assertTrue(gap <= 1e-3, line);
        }
        Path file = folder.resolve("wrong.jsonl");
        run = run(false, "check", "--families", "--problems", "20", "--output", file.toString());
        assertEquals(1, run.exitCode(), run.out());
        assertTrue(run.out().contains("first problem that fails: " + file), run.out());
        CliRun solved = CliRun.of("solve", "--input", file.toString());
        assertEquals(0, solved.exitCode(), solved.err());
    }

    @Test
    void wrongOptionsAreRefused() {
        assertEquals(2, run(true, "check", "--problems", "0").exitCode());
        assertEquals(2, run(true, "check", "--backend", "cpu").exitCode());
    }
}
