// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli.output;

import io.lplb.cli.Version;
import io.lplb.report.Provenance;
import java.io.IOException;
import java.io.OutputStream;
import picocli.CommandLine.Model.CommandSpec;

/** Output of the commands that write pages. */
public final class HtmlOutput {
    private HtmlOutput() {}

    /** Writes a page. */
    @FunctionalInterface
    public interface Writer {
        void write(OutputStream out) throws IOException;
    }

    /** Puts a page in the place that an option names, as a whole or not at all. */
    public static void write(String name, Console console, Writer page) throws IOException {
        try (AtomicOutput out = AtomicOutput.to(name, console)) {
            page.write(out.stream());
            out.commit();
        }
    }

    /** This process and the command line that it was given. */
    public static Provenance provenance(CommandSpec spec) throws IOException {
        return Provenance.here(Version.text(), ShellWords.command(spec));
    }
}
