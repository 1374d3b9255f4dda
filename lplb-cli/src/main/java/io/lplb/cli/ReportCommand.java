// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import io.lplb.cli.output.AtomicOutput;
import io.lplb.cli.output.HtmlOutput;
import io.lplb.report.Results;
import io.lplb.report.ResultsPage;
import io.lplb.report.ResultsReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code lplb report}: benchmark results as a page. */
@Command(
        name = "report",
        description = {
            "Write benchmark results as one page with tables and plots, which needs no network.",
            "",
            "A file of results is JMH's JSON (-rf json), or what 'lplb bench --json' writes: an array, or one object a "
                    + "line. Objects with \"kind\" header, quality or scaling are this project's own.",
            ""
        })
final class ReportCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private Lplb lplb;

    @Parameters(
            arity = "1..*",
            paramLabel = "RESULTS.json",
            description = "Files of results, in the order of the page.")
    @SuppressWarnings("NullAway.Init") // Required.
    private List<Path> files;

    @Option(
            names = "--html",
            required = true,
            paramLabel = "FILE",
            description = "Where to write the page; - is standard output.")
    @SuppressWarnings("NullAway.Init") // Required.
    private String html;

    @Override
    public Integer call() throws IOException {
        Results results = ResultsReader.read(files);
        AtomicOutput.requireOther(html, files);
        HtmlOutput.write(html, lplb.console(), new ResultsPage(results)::write);
        return 0;
    }
}
