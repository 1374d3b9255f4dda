// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.results;

import java.util.Locale;

/** Numbers as tables show them. */
final class Cells {
    /** Where there is no number. */
    static final String NOTHING = "-";

    private static final double NANOS_PER_MICRO = 1000;

    private Cells() {}

    /** Three digits that tell something, four above 1,000. */
    static String number(double value) {
        String format = value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%,.0f";
        return Double.isNaN(value) ? NOTHING : String.format(Locale.ROOT, format, value);
    }

    /** A time in microseconds. */
    static String micros(double nanos) {
        return number(nanos / NANOS_PER_MICRO);
    }

    /** Bytes; JMH's own bookkeeping shows as a fraction of a byte. */
    static String bytes(double value) {
        return Double.isNaN(value) ? NOTHING : value < 1 ? "0 B" : String.format(Locale.ROOT, "%,.0f B", value);
    }

    /** A fraction in percent, without the sign; below a ten-millionth the doubles' own rounding shows. */
    static String percent(double fraction) {
        if (Double.isNaN(fraction)) {
            return NOTHING;
        }
        double percent = 100 * fraction;
        return percent < 5e-8 ? "0" : String.format(Locale.ROOT, percent < 0.001 ? "%.0e" : "%.3f", percent);
    }

    /** A load over the mean. */
    static String ratio(double value) {
        return Double.isNaN(value) ? NOTHING : String.format(Locale.ROOT, "%.4f", value);
    }

    /** The contender, with the backend unless it is the CPU. */
    static String name(String solver, String backend) {
        return backend.isEmpty() || backend.equals("cpu") ? solver : solver + " (" + backend + ")";
    }

    /** The size of a batch in words. */
    static String groups(String batch) {
        return batch.equals("1") ? "one group" : batch + " groups";
    }
}
