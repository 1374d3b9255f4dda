// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.layer;

import io.lplb.cost.CostProfile;
import io.lplb.cost.ExpertCost;
import java.util.Arrays;
import java.util.Locale;

/**
 * SVG picture of a profile: measured times and the fitted staircase against the tokens of a rank, and below the error of the
 * fit at every point. Both axes of the upper panel are logarithmic.
 */
public final class ProfilePicture {
    private static final double WIDTH = 760;
    private static final double LEFT = 70;
    private static final double RIGHT = 740;
    private static final double TOP = 50;
    private static final double MIDDLE = 330;
    private static final double ERROR_TOP = 370;
    private static final double BOTTOM = 470;
    private static final double MOST_ERROR = 0.3;
    private static final int STEPS = 1_200;

    private final CostProfile profile;
    private final ExpertCost cost;
    private final int slots;
    private final double[] x;
    private final double[] y;

    /** A picture of a profile and the cost fitted to it. */
    public ProfilePicture(CostProfile profile, ExpertCost cost) {
        this.profile = profile;
        this.cost = cost;
        int most = 0;
        double[] xs = {Double.MAX_VALUE, 0};
        double[] ys = {Double.MAX_VALUE, 0};
        for (int p = 0; p < profile.points(); p++) {
            most = Math.max(most, profile.counts(p).length);
            widen(xs, tokens(p));
            widen(ys, profile.micros(p));
        }
        slots = most;
        x = xs;
        y = ys;
    }

    private static void widen(double[] range, double value) {
        range[0] = Math.min(range[0], value);
        range[1] = Math.max(range[1], value);
    }

    private double tokens(int point) {
        return (double) Arrays.stream(profile.counts(point)).sum();
    }

    private double atX(double tokens) {
        return LEFT + (RIGHT - LEFT) * Math.log(tokens / x[0]) / Math.log(x[1] / x[0]);
    }

    private double atY(double us) {
        return MIDDLE - (MIDDLE - TOP) * Math.log(us / y[0]) / Math.log(y[1] / y[0]);
    }

    private static double atError(double error) {
        double clamped = Math.clamp(error, -MOST_ERROR, MOST_ERROR);
        return (ERROR_TOP + BOTTOM) / 2 - clamped / MOST_ERROR * (BOTTOM - ERROR_TOP) / 2;
    }

    /** Returns the picture. */
    public String svg() {
        StringBuilder svg = new StringBuilder();
        svg.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f 520\" font-family=\"sans-serif\" "
                        + "font-size=\"12\">\n<title>Cost profile %s</title>\n<rect width=\"%.0f\" height=\"520\" "
                        + "fill=\"white\"/>\n",
                WIDTH,
                escaped(profile.name()),
                WIDTH));
        text(svg, LEFT, 20, "start", profile.name() + ": microseconds of a rank against its tokens");
        text(svg, LEFT, 38, "start", "line: fit, equal tokens on " + slots + " slots; dots: measured; " + errorLine());
        axes(svg);
        staircase(svg);
        for (int p = 0; p < profile.points(); p++) {
            double error = cost.micros(profile.counts(p)) / profile.micros(p) - 1;
            dot(svg, atX(tokens(p)), atY(profile.micros(p)));
            dot(svg, atX(tokens(p)), atError(error));
        }
        return svg.append("</svg>\n").toString();
    }

    private String errorLine() {
        ExpertCost.FitError error = cost.fitError();
        return error == null
                ? ""
                : String.format(
                        Locale.ROOT,
                        "error: median %.1f %%, 90th percentile %.1f %%, largest %.1f %%",
                        100 * error.median(),
                        100 * error.percentile90(),
                        100 * error.largest());
    }

    private void axes(StringBuilder svg) {
        for (double decade = 1; decade <= x[1]; decade *= 4) {
            if (decade >= x[0]) {
                rule(svg, atX(decade), TOP, atX(decade), BOTTOM);
                text(svg, atX(decade), BOTTOM + 18, "middle", String.format(Locale.ROOT, "%.0f", decade));
            }
        }
        for (double decade = 1; decade <= y[1]; decade *= 2) {
            if (decade >= y[0]) {
                rule(svg, LEFT, atY(decade), RIGHT, atY(decade));
                text(svg, LEFT - 6, atY(decade) + 4, "end", String.format(Locale.ROOT, "%.0f us", decade));
            }
        }
        for (double error = -MOST_ERROR; error <= MOST_ERROR + 1e-9; error += MOST_ERROR / 3) {
            rule(svg, LEFT, atError(error), RIGHT, atError(error));
            text(svg, LEFT - 6, atError(error) + 4, "end", String.format(Locale.ROOT, "%+.0f %%", 100 * error));
        }
        text(svg, LEFT, ERROR_TOP - 8, "start", "error of the fit: fitted / measured - 1");
        text(svg, RIGHT, BOTTOM + 36, "end", "tokens of the rank");
    }

    private void staircase(StringBuilder svg) {
        svg.append("<polyline fill=\"none\" stroke=\"#c0392b\" stroke-width=\"1.5\" points=\"");
        for (int k = 0; k <= STEPS; k++) {
            long each = Math.round(x[0] * Math.pow(x[1] / x[0], k / (double) STEPS) / slots);
            if (each > 0) {
                long[] counts = new long[slots];
                Arrays.fill(counts, each);
                double us = Math.clamp(cost.micros(counts), y[0], y[1]);
                double at = Math.clamp(atX((double) each * slots), LEFT, RIGHT);
                svg.append(String.format(Locale.ROOT, "%.1f,%.1f ", at, atY(us)));
            }
        }
        svg.append("\"/>\n");
    }

    private static void dot(StringBuilder svg, double cx, double cy) {
        svg.append(String.format(
                Locale.ROOT,
                "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\" fill=\"#1f4e79\" fill-opacity=\"0.7\"/>\n",
                cx,
                cy));
    }

    private static void rule(StringBuilder svg, double x1, double y1, double x2, double y2) {
        svg.append(String.format(Locale.ROOT, "<path d=\"M%.1f %.1fL%.1f %.1f\" stroke=\"#ddd\"/>\n", x1, y1, x2, y2));
    }

    private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n",
                x,
                y,
                anchor,
                escaped(text)));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
    }
}
