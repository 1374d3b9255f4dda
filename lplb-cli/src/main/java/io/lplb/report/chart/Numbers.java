// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.report.chart;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Numbers as the pages show them. */
public final class Numbers {
    private static final String[] TIME_UNITS = {"ns", "us", "ms", "s"};

    private Numbers() {}

    /** A fixed number of decimals, or "n/a" for what is no number. */
    public static String decimal(double value, int decimals) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%,." + decimals + "f", value) : "n/a";
    }

    /** A whole number with separators. */
    public static String whole(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** A fraction in percent. */
    public static String percent(double fraction, int decimals) {
        return decimal(100 * fraction, decimals) + (Double.isFinite(fraction) ? " %" : "");
    }

    /** Three significant digits, without an exponent where a person would write none. */
    public static String significant(double value) {
        if (!Double.isFinite(value)) {
            return "n/a";
        }
        if (value == 0) {
            return "0";
        }
        // Rounded first: 0.9996 has as many decimals as 1.
        double size = Math.abs(new BigDecimal(value).round(new MathContext(3)).doubleValue());
        if (size < 1e-3 || size >= 1e7) {
            return String.format(Locale.ROOT, "%.2e", value);
        }
        int decimals = 2 - (int) Math.floor(Math.log10(size));
        return decimal(value, Math.max(0, Math.min(5, decimals)));
    }

    /** A time in the largest unit of which there is at least one. */
    public static String time(double nanos) {
        if (!Double.isFinite(nanos)) {
            return "n/a";
        }
        int unit = 0;
        double value = nanos;
        while (unit < TIME_UNITS.length - 1 && Math.abs(value) >= 999.5) {
            value /= 1000;
            unit++;
        }
        return significant(value) + " " + TIME_UNITS[unit];
    }

    /** A time on an axis. */
    public static String timeTick(double nanos) {
        int unit = 0;
        double value = nanos;
        while (unit < TIME_UNITS.length - 1 && value >= 999.5) {
            value /= 1000;
            unit++;
        }
        return tick(value) + " " + TIME_UNITS[unit];
    }

    /** A value on an axis: as short as it can be said. */
    public static String tick(double value) {
        if (value == 0) {
            return "0";
        }
        double size = Math.abs(value);
        if (size < 1e-4 || size >= 1e6) {
            return String.format(Locale.ROOT, "%.0e", value).replace("e+0", "e").replace("e-0", "e-");
        }
        String text = String.format(Locale.ROOT, "%.5f", value);
        return text.replaceAll("\\.?0+$", "");
    }
}
