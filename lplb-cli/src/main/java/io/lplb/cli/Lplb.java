// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import io.lplb.cli.output.Console;
import io.lplb.cli.output.ErrorReport;
import io.lplb.cli.referee.RefereeCommand;
import io.lplb.cli.referee.ReplayCommand;
import io.lplb.cli.replicas.ReplicasCommand;
import io.lplb.cli.topology.TopologyCommand;
import io.lplb.cli.trace.TraceCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.ServiceLoader;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IFactory;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The command {@code lplb}. What went wrong is said in one line on standard error, and the exit code is then 2; the
 * stack trace is shown with {@code --verbose} or {@code -Dlplb.stacktrace}.
 */
@Command(
        name = "lplb",
        description = "Balances the load of Mixture-of-Experts models over the ranks of an expert-parallel group.",
        subcommands = {
            DemoCommand.class,
            ReplayCommand.class,
            RefereeCommand.class,
            SolveCommand.class,
            TopologyCommand.class,
            TraceCommand.class,
            LayerCommand.class,
            ProfileCommand.class,
            ReplicasCommand.class,
            PlaceCommand.class,
            ReportCommand.class,
            ClusterCommand.class,
            RankCommand.class,
            DoctorCommand.class,
            CheckCommand.class
        },
        versionProvider = Version.class,
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        synopsisSubcommandLabel = "COMMAND",
        usageHelpAutoWidth = true,
        showAtFileInUsageHelp = false)
public final class Lplb implements Runnable {
    private final Console console;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    @Option(
            names = "--verbose",
            scope = ScopeType.INHERIT,
            description = "Show what the library logs, and stack traces of errors.")
    private boolean verbose;

    Lplb(Console console) {
        this.console = console;
    }

    /** Runs a command in this process's streams and ends the process. */
    public static void main(String[] args) {
        System.exit(execute(Console.system(), args));
    }

    /**
     * Runs a command.
     *
     * @return the exit code: 0, or 2 after an error
     */
    public static int execute(Console console, String... args) {
        return execute(console, CommandLine.defaultFactory(), args);
    }

    /** Runs a command whose objects the given factory makes. */
    static int execute(Console console, IFactory factory, String... args) {
        Lplb lplb = new Lplb(console);
        ErrorReport errors = new ErrorReport(console);
        CommandLine line = new CommandLine(lplb, factory);
        ServiceLoader.load(CliCommand.class).forEach(line::addSubcommand);
        line.setOut(console.outText())
                .setErr(console.errText())
                .setExecutionStrategy(lplb::run)
                .setParameterExceptionHandler((e, ignored) -> errors.usage(e))
                .setExecutionExceptionHandler((e, ignored, parsed) -> lplb.failed(errors, e))
                .setExpandAtFiles(false);
        int exitCode;
        try {
            exitCode = line.execute(args);
        } catch (OutOfMemoryError e) {
            exitCode = errors.outOfMemory(e, lplb.verbose);
        }
        @Nullable IOException lost = console.flush();
        if (exitCode == 0 && lost != null && !Console.isBrokenPipe(lost)) {
            exitCode = errors.failure(new IOException("standard output: " + lost.getMessage(), lost), lplb.verbose);
        }
        return exitCode;
    }

    /** Picocli wraps errors of commands that are methods. */
    private int failed(ErrorReport errors, Exception e) {
        return e.getCause() instanceof OutOfMemoryError full
                ? errors.outOfMemory(full, verbose)
                : errors.failure(e, verbose);
    }

    /** Logging starts with the first command that logs; only --verbose starts it here, to change its level. */
    private int run(CommandLine.ParseResult parsed) {
        CommandLine.ParseResult command = parsed;
        while (command.hasSubcommand()) {
            command = command.subcommand();
        }
        for (ArgSpec argument : command.matchedArgs()) {
            requireFiles(command.commandSpec(), argument);
        }
        if (!verbose) {
            return new CommandLine.RunLast().execute(parsed);
        }
        Configurator.setLevel("io.lplb", Level.DEBUG);
        try {
            return new CommandLine.RunLast().execute(parsed);
        } finally {
            Configurator.setLevel("io.lplb", Level.WARN);
        }
    }

    /**
     * Refuses inputs that may never end: paths that are neither a file nor a folder.
     *
     * @throws ParameterException if there is one
     */
    private static void requireFiles(CommandSpec command, ArgSpec argument) {
        if (argument.isOption() && List.of(((OptionSpec) argument).names()).contains("--output")) {
            return;
        }
        Object value = argument.getValue();
        for (Object one : value instanceof Collection<?> several ? several : Collections.singleton(value)) {
            if (one instanceof Path file
                    && Files.exists(file)
                    && !Files.isRegularFile(file)
                    && !Files.isDirectory(file)) {
                throw new ParameterException(
                        command.commandLine(), file + ": got a pipe or a device, expected a regular file");
            }
        }
    }

    /** Without a command there is nothing to do: an error that names the commands. */
    @Override
    public void run() {
        throw noCommand(spec);
    }

    /** The error of a command line that ends before it names a command of this one. */
    public static ParameterException noCommand(CommandSpec spec) {
        String commands = String.join(", ", spec.subcommands().keySet());
        return new ParameterException(spec.commandLine(), "got no command, expected one of " + commands);
    }

    /** Returns the streams of this run. */
    public Console console() {
        return console;
    }
}
