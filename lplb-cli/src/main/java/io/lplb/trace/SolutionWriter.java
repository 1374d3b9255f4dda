// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import io.lplb.problem.MinMaxProblem;
import io.lplb.problem.Misfit;
import io.lplb.solver.SplitBatch;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/**
 * Writes answers, one JSON object a line: {@code id}, {@code status}, {@code maxLoad}, {@code lowerBound}, {@code gap},
 * {@code iterations} and {@code shares}, a list per item of the load on each of its hosts, in the order in which items
 * and hosts were given. An INFEASIBLE answer has a field {@code misfit}: {@code ranks}, {@code items}, {@code load} and
 * {@code room} ({@link Misfit}). A number that a solver left undefined is written as null, for JSON has no NaN.
 *
 * <p>Not thread-safe. Does not close the stream; {@link #finish} must be called at the end.
 */
public final class SolutionWriter {
    private final OutputStream out;
    private final JsonGenerator json;

    /** Writes UTF-8 to a stream, which should be buffered. */
    public SolutionWriter(OutputStream out) throws IOException {
        this.out = out;
        json = Json.FACTORY.createGenerator(out);
        json.setPrettyPrinter(new MinimalPrettyPrinter("\n"));
    }

    /** Writes the first group of a split. */
    public void write(String id, SplitBatch split) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", id);
        json.writeStringField("status", split.status(0).name());
        Misfit misfit = split.misfit(0);
        if (misfit != null) {
            write(misfit);
        }
        writeNumber("maxLoad", split.maxLoad(0));
        writeNumber("lowerBound", split.lowerBound(0));
        writeNumber("gap", split.gap(0));
        json.writeNumberField("iterations", split.iterations(0));
        json.writeArrayFieldStart("shares");
        MinMaxProblem problem = split.problem();
        for (int i = 0; i < problem.items(); i++) {
            json.writeStartArray();
            for (int e = problem.firstEntry(i); e < problem.firstEntry(i + 1); e++) {
                writeNumber(split.share()[e]);
            }
            json.writeEndArray();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void write(Misfit misfit) throws IOException {
        json.writeObjectFieldStart("misfit");
        write("ranks", misfit.ranks());
        write("items", misfit.items());
        writeNumber("load", misfit.load());
        writeNumber("room", misfit.room());
        json.writeEndObject();
    }

    private void write(String field, List<Integer> numbers) throws IOException {
        json.writeArrayFieldStart(field);
        for (int number : numbers) {
            json.writeNumber(number);
        }
        json.writeEndArray();
    }

    private void writeNumber(String field, double value) throws IOException {
        json.writeFieldName(field);
        writeNumber(value);
    }

    private void writeNumber(double value) throws IOException {
        if (Double.isFinite(value)) {
            json.writeNumber(value);
        } else {
            json.writeNull();
        }
    }

    /** Ends the last line and hands everything to the stream, which stays open. */
    public void finish() throws IOException {
        json.flush();
        if (json.getOutputContext().getEntryCount() > 0) {
            out.write('\n');
        }
        out.flush();
    }
}
