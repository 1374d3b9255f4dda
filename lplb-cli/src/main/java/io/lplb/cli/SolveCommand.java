// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import io.lplb.cli.output.AtomicOutput;
import io.lplb.cli.output.ErrorReport;
import io.lplb.problem.MinMaxProblem;
import io.lplb.quota.SecondObjective;
import io.lplb.solver.Backends;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.SolverProvider;
import io.lplb.solver.Solvers;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code lplb solve}: min-max problems in, splits with their certificates out, one JSON object a line each. */
@Command(
        name = "solve",
        description = {
            "Split the loads of min-max problems over their hosts.",
            "",
            "Input is a JSON object a line, with the fields:",
            "  id      text, copied to the answer",
            "  ranks   number of ranks",
            "  fixed   load per rank that cannot move",
            "  items   list of [load, [host ranks]]",
            "  speed   speed per rank (optional, 1 if absent)",
            "  rankLimit     the most that a rank takes, fixed load included (optional):",
            "                a number, or one per rank; null is no limit",
            "  replicaLimit  the most that a host takes of an item (optional):",
            "                a number, or per item one per host; null is no limit",
            "Output is in the same order, with the fields id, status, maxLoad,",
            "lowerBound, gap, iterations and shares (per item the load on each host).",
            "Where no split keeps the limits the status is INFEASIBLE, misfit names the",
            "ranks and items that have no room, and the split is the one without limits.",
            "If lines cannot be read they are named by number, and nothing is written.",
            ""
        })
final class SolveCommand implements Callable<Integer> {
    private static final String STANDARD = "-";

    private static final long INPUT_LIMIT = 1L << 34;

    /** The file that standard input is read from, where the system names it. */
    private static final Path STANDARD_INPUT = Path.of("/dev/stdin");

    private final Supplier<BackendTable> backends;

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private Lplb lplb;

    @Option(names = "--input", paramLabel = "FILE", description = "Problems; - is standard input, the default.")
    private String input = STANDARD;

    @Option(names = "--output", paramLabel = "FILE", description = "Answers; - is standard output, the default.")
    private String output = STANDARD;

    @Option(
            names = "--solver",
            paramLabel = "NAME",
            completionCandidates = SolverNames.class,
            description = "One of ${COMPLETION-CANDIDATES}. If absent: exact on the CPU; elsewhere interior-point, and"
                    + " relaxation for 128 ranks and more.")
    private @Nullable String solver;

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            description = "Where to solve: cpu, emulator or gpu (see lplb doctor); ${DEFAULT-VALUE} if absent.")
    private String backend = "cpu";

    @Option(
            names = "--tolerance",
            paramLabel = "GAP",
            description =
                    "Gap, as a fraction of the mean load, at which an answer is OPTIMAL; the solver's own if absent.")
    private @Nullable Double tolerance;

    @Option(
            names = "--second-objective",
            paramLabel = "NAME",
            converter = SecondObjectiveName.class,
            description =
                    "Choice among splits of the same largest load: none, or level for the least loads below it, too;"
                            + " none if absent.")
    private SecondObjective secondObjective = SecondObjective.NONE;

    SolveCommand() {
        this(BackendTable::here);
    }

    /** A command with other backends than those of this machine. */
    SolveCommand(Supplier<BackendTable> backends) {
        this.backends = backends;
    }

    @Override
    public Integer call() throws IOException {
        SolverProvider provider = backends.get().require(backend);
        checkOptions();
        Set<String> used = new LinkedHashSet<>();
        AtomicOutput.requireOther(output, List.of(STANDARD.equals(input) ? STANDARD_INPUT : Path.of(input)));
        long start = System.nanoTime();
        try (InputStream in = openInput();
                AtomicOutput out = AtomicOutput.to(output, lplb.console());
                SolveRun run = new SolveRun(problem -> create(provider, problem, used), secondObjective)) {
            run.solve(in, out.stream());
            if (!run.badLines().isEmpty()) {
                run.badLines().print(inputName(), lplb.console().errText());
                return ErrorReport.FAILED;
            }
            out.commit();
            double seconds = (System.nanoTime() - start) / 1e9;
            if (used.isEmpty()) {
                used.add(solverFor(1));
            }
            String how = String.format(
                    Locale.ROOT,
                    ", %.2f s (%s, tolerance %.2g)",
                    seconds,
                    String.join(" and ", used),
                    toleranceOf(used.iterator().next()));
            lplb.console().errText().println("lplb: " + run.summary() + how);
        }
        return 0;
    }

    private MinMaxSolver create(SolverProvider provider, MinMaxProblem problem, Set<String> used) {
        String name = solverFor(problem.ranks());
        MinMaxSolver made = provider.create(name, problem, toleranceOf(name), 1);
        used.add(name);
        return made;
    }

    private String solverFor(int ranks) {
        return solver == null ? Backends.defaultSolver(backend, ranks) : solver;
    }

    private double toleranceOf(String name) {
        return tolerance == null ? Backends.defaultTolerance(backend, name) : tolerance;
    }

    private void checkOptions() {
        if (solver != null) {
            Solvers.defaultTolerance(solver);
        }
        if (tolerance != null && (!(tolerance > 0) || tolerance.isInfinite())) {
            throw new IllegalArgumentException(
                    "tolerance: got " + tolerance + ", expected a positive fraction of the mean load");
        }
    }

    private String inputName() {
        return STANDARD.equals(input) ? "standard input" : input;
    }

    private InputStream openInput() throws IOException {
        if (STANDARD.equals(input)) {
            return new BoundedInput(lplb.console().in(), INPUT_LIMIT);
        }
        Path file = Path.of(input);
        if (Files.isDirectory(file)) {
            throw new IOException(input + ": got a folder, expected a file");
        }
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new IOException(input + ": got a pipe or a device, expected a regular file, or - for standard input");
        }
        return new BufferedInputStream(Files.newInputStream(file));
    }

    /** Standard input, which outlives the command, up to a bound: it may never end. */
    static final class BoundedInput extends FilterInputStream {
        private final long limit;
        private long left;

        BoundedInput(InputStream in, long limit) {
            super(in);
            this.limit = limit;
            this.left = limit;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            int count = super.read(bytes, from, length);
            left -= Math.max(count, 0);
            if (left < 0) {
                throw new IOException("standard input: got more than " + limit + " bytes, expected at most as many");
            }
            return count;
        }

        @Override
        public void close() {}
    }

    /** The solvers' names for the help text. */
    static final class SolverNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Solvers.names().iterator();
        }
    }
}
