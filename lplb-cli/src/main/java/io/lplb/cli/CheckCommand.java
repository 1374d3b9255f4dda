// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import io.lplb.problem.HostileFamily;
import io.lplb.solver.SolverProvider;
import io.lplb.tornado.provider.DriverProvider;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code lplb check}: random problems by a backend, compared with the CPU's exact solver. */
@Command(
        name = "check",
        description = {
            "Compare a backend's answers to random problems with the CPU's exact solver.",
            "",
            "Exit code 0: all answers are right. Exit code 1: some are wrong; the smallest",
            "problem among them is written to a file that lplb solve reads.",
            ""
        })
final class CheckCommand implements Callable<Integer> {
    private static final String TORNADO = "tornado";

    /** Exit code where answers are wrong. */
    private static final int WRONG = 1;

    private final Supplier<BackendTable> backends;

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private Lplb lplb;

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            description = "gpu, tornado (a GPU by TornadoVM) or emulator; ${DEFAULT-VALUE} if absent.")
    private String backend = "gpu";

    @Option(
            names = "--problems",
            paramLabel = "N",
            description = "Number of problems; ${DEFAULT-VALUE} if absent. The emulator takes seconds for each.")
    private int problems = 1000;

    @Option(
            names = "--families",
            description =
                    "Draw --problems problems of each family on which solvers have failed, and count how many groups the"
                            + " second kernel and the CPU take over. The emulator takes problems of up to 16 ranks, others up to 64.")
    private boolean families;

    @Option(names = "--seed", paramLabel = "S", description = "Seed of the problems; ${DEFAULT-VALUE} if absent.")
    private long seed = 1;

    @Option(
            names = "--output",
            paramLabel = "FILE",
            description = "File for the smallest problem that fails; ${DEFAULT-VALUE} if absent.")
    private Path output = Path.of("lplb-check.jsonl");

    CheckCommand() {
        this(BackendTable::here);
    }

    /** A command with other backends than those of this machine. */
    CheckCommand(Supplier<BackendTable> backends) {
        this.backends = backends;
    }

    @Override
    public Integer call() throws IOException {
        if (problems < 1) {
            throw new IllegalArgumentException("--problems: got " + problems + ", expected at least 1");
        }
        List<String> names = List.of("gpu", TORNADO, "emulator");
        if (!names.contains(backend)) {
            throw new IllegalArgumentException("--backend: got " + backend + ", expected one of " + names);
        }
        boolean tornado = backend.equals(TORNADO);
        String before = System.getProperty(DriverProvider.LAUNCHER_PROPERTY, "");
        if (tornado) {
            System.setProperty(DriverProvider.LAUNCHER_PROPERTY, TORNADO);
        }
        try {
            if (families) {
                return checkFamilies(backends.get().require(tornado ? "gpu" : backend));
            }
            DifferentialCheck check =
                    new DifferentialCheck(backends.get().require(tornado ? "gpu" : backend), seed, true);
            check.run(problems);
            PrintWriter out = lplb.console().outText();
            out.println(check.summary());
            if (check.wrong() == 0) {
                return 0;
            }
            Files.writeString(output, check.smallest());
            out.println("smallest problem that fails: " + output + ", " + check.reason());
            return WRONG;
        } finally {
            if (tornado) {
                System.setProperty(DriverProvider.LAUNCHER_PROPERTY, before);
            }
        }
    }

    private int checkFamilies(SolverProvider provider) throws IOException {
        FamilyCheck check = new FamilyCheck(provider, backend.equals("emulator") ? 16 : 64);
        PrintWriter out = lplb.console().outText();
        out.println(FamilyCheck.HEADER);
        for (HostileFamily family : HostileFamily.values()) {
            check.run(family, seed, problems).forEach(out::println);
            out.flush();
        }
        if (check.wrong() == 0) {
            return 0;
        }
        Files.writeString(output, check.firstWrong());
        out.println("first problem that fails: " + output + ", " + check.reason());
        return WRONG;
    }
}
