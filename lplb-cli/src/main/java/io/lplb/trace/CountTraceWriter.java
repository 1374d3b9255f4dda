// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Writer of the project's own trace format, see {@link CountTrace}. Not thread-safe. */
public final class CountTraceWriter {
    private final DataOutputStream out;
    private final int layers;
    private final int experts;
    private final int sources;
    private int steps;

    /** Writes the head of a trace of that size; the caller closes the stream. */
    public CountTraceWriter(OutputStream out, int layers, int experts, int sources) throws IOException {
        this.out = new DataOutputStream(out);
        this.layers = layers;
        this.experts = experts;
        this.sources = sources;
        this.out.write(CountTrace.MAGIC);
        this.out.writeInt(layers);
        this.out.writeInt(experts);
        this.out.writeInt(sources);
    }

    /**
     * Writes all steps of a trace from its first step on.
     *
     * @param afterStep called after each step, while the trace stands on it
     */
    public static void write(Trace trace, OutputStream out, Runnable afterStep) throws IOException {
        CountTraceWriter writer = new CountTraceWriter(out, trace.layers(), trace.experts(), trace.sources());
        trace.rewind();
        long[] bySource = new long[trace.sources() * trace.experts()];
        while (trace.next()) {
            writer.begin();
            for (int layer = 0; layer < trace.layers(); layer++) {
                trace.counts(layer, bySource);
                writer.put(bySource);
            }
            afterStep.run();
        }
        writer.end();
    }

    /**
     * Writes a step.
     *
     * @param counts {@code [layers][sources * experts]}, from 0 to 2^63 - 1
     */
    public void step(long[][] counts) throws IOException {
        if (counts.length != layers || counts[0].length != sources * experts) {
            throw new IllegalArgumentException("step: got " + counts.length + " layers of " + counts[0].length
                    + " counts, expected " + layers + " of " + sources * experts);
        }
        begin();
        for (long[] layer : counts) {
            put(layer);
        }
    }

    private void begin() throws IOException {
        out.writeByte(CountTrace.STEP);
        steps++;
    }

    private void put(long[] counts) throws IOException {
        for (long count : counts) {
            long rest = count;
            for (; rest > 0x7f; rest >>>= 7) {
                out.writeByte((int) ((rest & 0x7f) | 0x80));
            }
            out.writeByte((int) rest);
        }
    }

    /** Writes the end of the trace and flushes the stream. */
    public void end() throws IOException {
        out.writeByte(CountTrace.END);
        out.writeInt(steps);
        out.flush();
    }
}
