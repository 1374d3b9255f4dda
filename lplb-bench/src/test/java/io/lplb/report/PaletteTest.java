// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.bench.peer.Contenders;
import io.lplb.report.chart.SeriesMarker;
import io.lplb.report.chart.SolverColours;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** No two series of a plot look the same, in neither scheme, and all of them stand out from the ground. */
class PaletteTest {
    private static final int COLOURS = 10;

    /** Of pictures, WCAG 2.1, 1.4.11. */
    private static final double LEAST_CONTRAST = 3;

    /** In OKLab, of which a hundredth is about what can just be seen. */
    private static final double LEAST_DISTANCE = 0.1;

    private static String styles() throws IOException {
        try (InputStream in = Quality.class.getResourceAsStream("report.css")) {
            assertTrue(in != null);
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** The values of a variable: of the light scheme first, then of the dark one. */
    private static List<String> values(String name) throws IOException {
        Matcher matcher = Pattern.compile("--" + name + ": (#[0-9a-f]{6});").matcher(styles());
        List<String> values = new ArrayList<>();
        while (matcher.find()) {
            values.add(matcher.group(1));
        }
        assertEquals(2, values.size(), name);
        return values;
    }

    @ParameterizedTest
    @CsvSource({"0, light", "1, dark"})
    void coloursDifferFromEachOtherAndFromTheGround(int scheme, String name) throws IOException {
        String ground = values("ground").get(scheme);
        for (int a = 0; a < COLOURS; a++) {
            String one = values("c" + a).get(scheme);
            assertTrue(contrast(one, ground) >= LEAST_CONTRAST, name + ": c" + a + " has " + contrast(one, ground));
            for (int b = 0; b < a; b++) {
                double distance = distance(one, values("c" + b).get(scheme));
                assertTrue(distance >= LEAST_DISTANCE, name + ": c" + a + " and c" + b + " differ by " + distance);
            }
        }
    }

    @Test
    void everyContenderOnEveryBackendHasALookOfItsOwn() throws IOException {
        SolverColours colours = new SolverColours();
        List<String> names = new ArrayList<>(Contenders.names());
        names.addAll(
                List.of("plan", "interior-point (gpu-driver)", "relaxation (gpu-driver)", "relaxation (gpu-tornado)"));
        Set<String> looks = new HashSet<>();
        for (String name : names) {
            assertTrue(looks.add(colours.of(name)), name + " looks like another: " + colours.of(name));
            assertEquals(colours.of(name), colours.of(name));
        }
        assertEquals("c3 d0", colours.of("interior-point"));
        assertEquals("c3 d1", colours.of("interior-point (gpu-driver)"));
        assertEquals(
                colours.of("glop").substring(0, 2), colours.of("glop-reused").substring(0, 2));
        for (String look : looks) {
            for (String part : look.split(" ", -1)) {
                assertTrue(part.equals("d0") || styles().contains("." + part), part + " has no style");
            }
        }
    }

    @Test
    void fortyUnknownSeriesAreToldApart() {
        SolverColours colours = new SolverColours();
        Set<String> looks = new HashSet<>();
        for (int k = 0; k < 40; k++) {
            assertTrue(looks.add(colours.of("solver" + k)), k + " looks like another");
        }
    }

    @Test
    void everyPatternHasAMarker() {
        Set<String> paths = new HashSet<>();
        for (int d = 0; d < 4; d++) {
            assertTrue(paths.add(SeriesMarker.path("c0 d" + d)));
        }
        assertNotEquals(SeriesMarker.of("c0 d0"), SeriesMarker.of("c0 d1"));
        assertEquals(SeriesMarker.of("c0"), SeriesMarker.of("c0 d0"));
    }

    private static double[] linear(String colour) {
        double[] rgb = new double[3];
        for (int k = 0; k < 3; k++) {
            double value = Integer.parseInt(colour.substring(1 + 2 * k, 3 + 2 * k), 16) / 255.0;
            rgb[k] = value > 0.04045 ? Math.pow((value + 0.055) / 1.055, 2.4) : value / 12.92;
        }
        return rgb;
    }

    private static double luminance(String colour) {
        double[] c = linear(colour);
        return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
    }

    private static double contrast(String a, String b) {
        double high = Math.max(luminance(a), luminance(b));
        double low = Math.min(luminance(a), luminance(b));
        return (high + 0.05) / (low + 0.05);
    }

    /** Björn Ottosson's OKLab, 2020. */
    private static double[] lab(String colour) {
        double[] c = linear(colour);
        double l = Math.cbrt(0.4122214708 * c[0] + 0.5363325363 * c[1] + 0.0514459929 * c[2]);
        double m = Math.cbrt(0.2119034982 * c[0] + 0.6806995451 * c[1] + 0.1073969566 * c[2]);
        double s = Math.cbrt(0.0883024619 * c[0] + 0.2817188376 * c[1] + 0.6299787005 * c[2]);
        return new double[] {
            0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
            1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
            0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s
        };
    }

    private static double distance(String a, String b) {
        double sum = 0;
        for (int k = 0; k < 3; k++) {
            sum += Math.pow(lab(a)[k] - lab(b)[k], 2);
        }
        return Math.sqrt(sum);
    }
}
