// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.report.chart;

import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The markers of points by pattern, in plots and beside their names: who cannot tell colours apart can tell these. */
public final class SeriesMarker {
    private static final String CIRCLE = "M18 1.5a3.5 3.5 0 1 0 .01 0Z";
    private static final String SQUARE = "M14.8 1.8h6.4v6.4h-6.4Z";
    private static final String TRIANGLE = "M18 .8l4.2 8h-8.4Z";
    private static final String DIAMOND = "M18 .2l4.8 4.8-4.8 4.8-4.8-4.8Z";

    private SeriesMarker() {}

    /** The marker of a series with these CSS classes. */
    public static Marker of(String cssClasses) {
        return switch (pattern(cssClasses)) {
            case 1 -> SeriesMarkers.SQUARE;
            case 2 -> SeriesMarkers.TRIANGLE_UP;
            case 3 -> SeriesMarkers.DIAMOND;
            default -> SeriesMarkers.CIRCLE;
        };
    }

    /** The same as path data in the middle of a box of 36 x 10. */
    public static String path(String cssClasses) {
        return switch (pattern(cssClasses)) {
            case 1 -> SQUARE;
            case 2 -> TRIANGLE;
            case 3 -> DIAMOND;
            default -> CIRCLE;
        };
    }

    private static int pattern(String cssClasses) {
        int at = cssClasses.indexOf(" d");
        return at < 0 ? 0 : cssClasses.charAt(at + 2) - '0';
    }
}
