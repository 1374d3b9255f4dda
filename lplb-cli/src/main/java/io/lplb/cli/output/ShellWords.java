// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli.output;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;

/** Commands as text that a POSIX shell reads as the same arguments, so that a recorded command can be pasted. */
public final class ShellWords {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

    private ShellWords() {}

    /** The command line that this process was given. */
    public static String command(CommandSpec spec) {
        return "bin/lplb " + join(spec.root().commandLine().getParseResult().originalArgs());
    }

    /** Returns the arguments with spaces between them, in single quotes where a shell would see more than the text. */
    public static String join(List<String> arguments) {
        return arguments.stream().map(ShellWords::quote).collect(Collectors.joining(" "));
    }

    private static String quote(String argument) {
        return PLAIN.matcher(argument).matches() ? argument : "'" + argument.replace("'", "'\\''") + "'";
    }
}
