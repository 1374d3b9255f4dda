// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import io.lplb.problem.MinMaxProblem;
import io.lplb.quota.LevelSplit;
import io.lplb.quota.SecondObjective;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.SplitBatch;
import io.lplb.trace.FormatException;
import io.lplb.trace.LineReader;
import io.lplb.trace.ProblemLine;
import io.lplb.trace.ProblemLineParser;
import io.lplb.trace.SolutionWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Solves a file of problems line by line, in memory for one line. Consecutive lines that differ only in their loads
 * share a solver.
 *
 * <p>From the first bad line on nothing more is solved: the rest is read only to find the other bad lines.
 *
 * <p>Not thread-safe.
 */
final class SolveRun implements Closeable {
    /** The longest line, in bytes. */
    static final int LINE_LIMIT = 64 << 20;

    /** Makes a solver for one problem, as {@link io.lplb.solver.Solvers#create} does for a name and a tolerance. */
    @FunctionalInterface
    interface SolverFactory {
        /**
         * A solver for this problem.
         *
         * @throws IllegalArgumentException if the solver cannot take it
         */
        MinMaxSolver create(MinMaxProblem problem);
    }

    private final SolverFactory factory;
    private final boolean levels;
    private final BadLines badLines = new BadLines();
    private @Nullable MinMaxSolver solver;
    private @Nullable SplitBatch split;
    private @Nullable LevelSplit levelSplit;
    private long problems;
    private long optimal;
    private double worstGap;

    /**
     * A run.
     *
     * @param factory makes the solvers
     * @param second NONE or LEVEL; problems do not say where tokens come from
     * @throws IllegalArgumentException if it is LOCALITY
     */
    SolveRun(SolverFactory factory, SecondObjective second) {
        if (second == SecondObjective.LOCALITY) {
            throw new IllegalArgumentException(
                    "second-objective: got locality, expected none or level, as problems do not"
                            + " say where tokens come from");
        }
        this.factory = factory;
        levels = second == SecondObjective.LEVEL;
    }

    /** Reads problems and writes answers; closes neither stream. Only without bad lines are the answers complete. */
    void solve(InputStream in, OutputStream out) throws IOException {
        LineReader lines = new LineReader(in, LINE_LIMIT);
        SolutionWriter answers = new SolutionWriter(out);
        while (lines.next()) {
            if (lines.blank()) {
                continue;
            }
            try {
                ProblemLine problem = parse(lines);
                if (badLines.isEmpty()) {
                    SplitBatch answer = solve(problem);
                    answers.write(problem.id(), answer);
                }
            } catch (FormatException e) {
                badLines.add(lines.number(), String.valueOf(e.getMessage()));
            }
        }
        answers.finish();
    }

    private static ProblemLine parse(LineReader lines) throws FormatException {
        if (lines.tooLong()) {
            throw new FormatException("got more than " + LINE_LIMIT + " bytes, expected at most as many");
        }
        return ProblemLineParser.parse(lines.bytes(), lines.length());
    }

    private SplitBatch solve(ProblemLine line) throws FormatException {
        MinMaxSolver ready = solver;
        SplitBatch answer = split;
        if (ready == null || answer == null || !ready.problem().equals(line.problem())) {
            // The next solver is made before the last one is closed: on a GPU the device's context then stays.
            ready = create(line.problem());
            close();
            answer = new SplitBatch(line.problem(), 1);
            solver = ready;
            split = answer;
            levelSplit = levels ? new LevelSplit(line.problem()) : null;
        }
        answer.invalidate();
        LevelSplit leveller = levelSplit;
        if (leveller != null && line.loads().limits().isSet()) {
            throw new FormatException("got limits beside --second-objective level, expected one of them");
        }
        ready.solve(line.loads(), answer);
        if (leveller != null) {
            leveller.level(line.loads(), 0, answer);
        }
        problems++;
        optimal += answer.status(0) == SolveStatus.OPTIMAL ? 1 : 0;
        double mean = line.loads().meanLoad(0);
        worstGap = Math.max(worstGap, mean > 0 ? answer.gap(0) / mean : 0);
        return answer;
    }

    private MinMaxSolver create(MinMaxProblem problem) throws FormatException {
        try {
            return factory.create(problem);
        } catch (IllegalArgumentException e) {
            throw new FormatException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Returns the lines that could not be used. */
    BadLines badLines() {
        return badLines;
    }

    /** Returns the run in one line. */
    String summary() {
        return String.format(
                Locale.ROOT, "%d problems, %d optimal, worst gap %.2g of the mean load", problems, optimal, worstGap);
    }

    /** Closes the solver. */
    @Override
    public void close() {
        if (solver != null) {
            solver.close();
            solver = null;
        }
    }
}
