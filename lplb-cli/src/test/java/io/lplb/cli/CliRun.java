// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import io.lplb.cli.output.Console;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/** A command run inside the test: its exit code and what it wrote. */
public record CliRun(int exitCode, String out, String err) {

    /** Runs with empty standard input. */
    public static CliRun of(String... args) {
        return of(InputStream.nullInputStream(), CommandLine.defaultFactory(), args);
    }

    /** Runs with any standard input and factory of commands. */
    static CliRun of(InputStream input, IFactory factory, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        return of(input, out, factory, args).withOut(out.toString(StandardCharsets.UTF_8));
    }

    /** Runs with any standard output, which the result does not repeat. */
    static CliRun of(InputStream input, OutputStream out, IFactory factory, String... args) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exitCode = Lplb.execute(new Console(input, out, err, StandardCharsets.UTF_8), factory, args);
        return new CliRun(exitCode, "", err.toString(StandardCharsets.UTF_8));
    }

    private CliRun withOut(String text) {
        return new CliRun(exitCode, text, err);
    }

    /** A factory that makes one command by hand and leaves the others to picocli. */
    static <C> IFactory replacing(Class<C> type, C command) {
        return new IFactory() {
            @Override
            public <K> K create(Class<K> cls) throws Exception {
                return cls == type
                        ? cls.cast(command)
                        : CommandLine.defaultFactory().create(cls);
            }
        };
    }
}
