// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import io.lplb.cli.output.AtomicOutput;
import io.lplb.cost.CostProfile;
import io.lplb.cost.ExpertCost;
import io.lplb.layer.GemmTimer;
import io.lplb.layer.ProfileGrid;
import io.lplb.layer.ProfilePicture;
import io.lplb.replay.TextTable;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code lplb profile}: measures or shows the time of a rank's experts as a staircase in their tokens. */
@Command(
        name = "profile",
        description = {
            "Measure the time of one rank's grouped GEMM on your GPU, or show a profile.",
            "",
            "With --run, a command of yours is timed at a grid of points. If it contains {}, it is started for every point "
                    + "with the tokens of each slot in place of {} and prints microseconds. Otherwise it is started once, "
                    + "reads the tokens of each slot from a line of standard input, and prints a line with microseconds. "
                    + "With --builtin, a grouped GEMM of PyTorch is timed, which needs python3 and torch.",
            ""
        })
final class ProfileCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private Lplb lplb;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    @Parameters(
            arity = "0..1",
            paramLabel = "PROFILE",
            description = "Show this profile: a file, or the name of a shipped one.")
    private @Nullable String shown;

    @Option(names = "--run", paramLabel = "COMMAND", description = "Time this command.")
    private @Nullable String run;

    @Option(
            names = "--builtin",
            paramLabel = "HIDDENxINTERMEDIATE",
            description = "Time PyTorch's grouped GEMM of experts of these sizes, such as 7168x2048.")
    private @Nullable String builtin;

    @Option(
            names = "--slots",
            paramLabel = "N",
            description = "Slots of a rank, replicas included; ${DEFAULT-VALUE} if absent.")
    private int slots = 10;

    @Option(names = "--name", paramLabel = "NAME", description = "Name of the profile; ${DEFAULT-VALUE} if absent.")
    private String name = "own";

    @Option(
            names = "--source",
            paramLabel = "TEXT",
            description = "What was measured, on which device; the command if absent.")
    private @Nullable String source;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "Longest time of an answer of the command; ${DEFAULT-VALUE} if absent.")
    private long timeout = 120;

    @Option(names = "--write", paramLabel = "FILE", description = "Write the measured points; - is standard output.")
    private @Nullable String write;

    @Option(names = "--svg", paramLabel = "FILE", description = "Write a picture of the points, the fit and its error.")
    private @Nullable String svg;

    @Override
    public Integer call() throws IOException {
        long ways = List.of(shown != null, run != null, builtin != null).stream()
                .filter(given -> given)
                .count();
        if (ways != 1) {
            throw new ParameterException(
                    spec.commandLine(), "got " + ways + " of a PROFILE, --run and --builtin, expected one of them");
        }
        CostProfile profile = shown != null ? open(shown) : measure();
        ExpertCost cost = profile.fit();
        if (write != null) {
            write(write, profile.toText());
        }
        if (svg != null) {
            write(svg, new ProfilePicture(profile, cost).svg());
        }
        if (!"-".equals(write) && !"-".equals(svg)) {
            print(profile, cost);
        }
        return 0;
    }

    private static CostProfile open(String text) throws IOException {
        return ExpertCost.profileNames().contains(text)
                ? ExpertCost.shippedProfile(text)
                : CostProfile.read(Path.of(text));
    }

    private CostProfile measure() throws IOException {
        if (run != null) {
            return measure(run, run);
        }
        String shape = Objects.requireNonNull(builtin);
        if (!shape.matches("[1-9][0-9]*x[1-9][0-9]*")) {
            throw new IllegalArgumentException(
                    "builtin: got " + shape + ", expected HIDDENxINTERMEDIATE such as 7168x2048");
        }
        Path script = Files.createTempFile("lplb-grouped-gemm", ".py");
        try (InputStream in = Objects.requireNonNull(GemmTimer.class.getResourceAsStream("grouped_gemm.py"))) {
            Files.copy(in, script, StandardCopyOption.REPLACE_EXISTING);
            return measure("exec python3 '" + script + "' " + shape, "PyTorch's grouped_mm of experts of " + shape);
        } finally {
            Files.deleteIfExists(script);
        }
    }

    private CostProfile measure(String command, String what) throws IOException {
        List<long[]> points = ProfileGrid.points(slots);
        double[] micros = new double[points.size()];
        try (GemmTimer timer = new GemmTimer(command, timeout)) {
            for (int p = 0; p < micros.length; p++) {
                micros[p] = timer.micros(points.get(p));
            }
        }
        return CostProfile.of(name, source == null ? what : source, points.toArray(long[][]::new), micros);
    }

    private void write(String to, String text) throws IOException {
        try (AtomicOutput out = AtomicOutput.to(to, lplb.console())) {
            out.stream().write(text.getBytes(StandardCharsets.UTF_8));
            out.commit();
        }
    }

    private void print(CostProfile profile, ExpertCost cost) {
        PrintWriter out = lplb.console().outText();
        out.println(profile.name() + ": " + profile.points() + " points");
        out.println("source: " + profile.source());
        out.println("fit: " + cost);
        ExpertCost.FitError error = Objects.requireNonNull(cost.fitError());
        out.printf(
                Locale.ROOT,
                "error of the fit: median %.1f %%, 90th percentile %.1f %%, largest %.1f %%%n",
                100 * error.median(),
                100 * error.percentile90(),
                100 * error.largest());
        int most = 1;
        for (int p = 0; p < profile.points(); p++) {
            most = Math.max(most, profile.counts(p).length);
        }
        TextTable table = new TextTable("tokens per slot", "all " + most + " slots", "one slot");
        for (int m : new int[] {1, 64, 128, 129, 256, 257, 512, 513, 1024, 2048}) {
            long[] all = new long[most];
            Arrays.fill(all, m);
            long[] one = new long[most];
            one[0] = m;
            table.row(
                    String.valueOf(m),
                    String.format(Locale.ROOT, "%.1f us", cost.micros(all)),
                    String.format(Locale.ROOT, "%.1f us", cost.micros(one)));
        }
        out.print(table.format());
    }
}
