// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/**
 * What a reader of a picture relies on: nothing lies outside of the page or on top of something else, arrows begin and end
 * at their ranks and pass beside the others, labels stand where they belong, and both colour schemes are complete.
 */
class TopologyPictureTest {
    /** Coordinates are written with one digit. */
    private static final double ROUNDED = 0.1;

    private static final int SAMPLES = 100;

    private static Element parse(String svg) throws Exception {
        Document page =
                DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
        return page.getDocumentElement();
    }

    private static List<Element> all(Element page, String tag) {
        NodeList nodes = page.getElementsByTagName(tag);
        List<Element> elements = new ArrayList<>();
        for (int k = 0; k < nodes.getLength(); k++) {
            elements.add((Element) nodes.item(k));
        }
        return elements;
    }

    private static double number(Element element, String attribute) {
        return Double.parseDouble(element.getAttribute(attribute));
    }

    private static double[] curve(Element path) {
        String[] words = path.getAttribute("d").replaceAll("[MQ]", "").split(" ", -1);
        double[] curve = new double[words.length];
        for (int k = 0; k < words.length; k++) {
            curve[k] = Double.parseDouble(words[k]);
        }
        return curve;
    }

    /** A coordinate, 0 or 1, of a quadratic curve at a time from 0 to 1. */
    private static double at(double[] p, int c, double t) {
        return (1 - t) * (1 - t) * p[c] + 2 * t * (1 - t) * p[2 + c] + t * t * p[4 + c];
    }

    private static double distance(Element disc, double x, double y) {
        return Math.hypot(number(disc, "cx") - x, number(disc, "cy") - y);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"cube", "hypercube", "ring2", "ring64", "torus2x2", "torus8x4", "circulant(13,1,2,3,4,5,6,7)"})
    void discsAreApartAndOnThePageWithTheirNumbers(String name) throws Exception {
        Element page = parse(TopologySvg.of(Topologies.parse(name)));
        double width = number(page, "width");
        double height = number(page, "height");
        assertEquals(
                "0 0 " + page.getAttribute("width") + " " + page.getAttribute("height"), page.getAttribute("viewBox"));
        List<Element> discs = all(page, "circle");
        List<Element> texts = all(page, "text");
        for (int a = 0; a < discs.size(); a++) {
            double x = number(discs.get(a), "cx");
            double y = number(discs.get(a), "cy");
            double r = number(discs.get(a), "r");
            assertTrue(x > r && x < width - r && y > r && y < height - r, "rank " + a + " is on the page");
            for (int b = 0; b < a; b++) {
                assertTrue(distance(discs.get(b), x, y) > 2.5 * r, "ranks " + b + " and " + a + " are apart");
            }
            Element number = texts.get(a);
            assertEquals(Integer.toString(a), number.getTextContent());
            assertEquals(x, number(number, "x"));
            double below = number(number, "y") - y; // of the foot of digits 12 pixels high
            assertTrue(below > 0 && below < r / 2, "the number of rank " + a + " is " + below + " below its middle");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cube", "hypercube", "ring2", "ring64", "torus2x2", "torus3x4", "torus8x4", "torus2x7"})
    void arrowsGoFromDiscToDiscToTheLeftAndBesideTheOthers(String name) throws Exception {
        ReplicaTopology topology = Topologies.parse(name);
        Element page = parse(TopologySvg.of(topology));
        List<Element> discs = all(page, "circle");
        List<Element> arrows = all(page, "path");
        Set<String> seen = new HashSet<>();
        for (int k = 0; k < arrows.size(); k++) {
            Edge edge = topology.edges().get(k);
            double[] p = curve(arrows.get(k));
            Element from = discs.get(edge.original());
            Element to = discs.get(edge.replica());
            assertEquals(number(from, "r"), distance(from, p[0], p[1]), 2 * ROUNDED, edge + " begins at its disc");
            double gap = distance(to, p[4], p[5]) - number(to, "r");
            assertTrue(gap > 1 && gap < 3, edge + " ends " + gap + " before its disc");
            double dx = number(to, "cx") - number(from, "cx");
            double dy = number(to, "cy") - number(from, "cy");
            double turn = dy * (at(p, 0, 0.5) - number(from, "cx")) - dx * (at(p, 1, 0.5) - number(from, "cy"));
            assertTrue(turn > 0, edge + " bends to its left");
            for (int s = 0; s <= SAMPLES; s++) {
                double x = at(p, 0, s / (double) SAMPLES);
                double y = at(p, 1, s / (double) SAMPLES);
                assertTrue(x > 0 && x < number(page, "width") && y > 0 && y < number(page, "height"), edge + " is on");
                for (Element disc : discs) {
                    assertTrue(
                            distance(disc, x, y) > number(disc, "r") - 2 * ROUNDED,
                            edge + " passes at " + x + ", " + y + ", through the rank at " + disc.getAttribute("cx")
                                    + ", " + disc.getAttribute("cy"));
                }
            }
            boolean twin = topology.edges().stream()
                            .filter(e -> e.original() == edge.original() && e.replica() == edge.replica())
                            .count()
                    > 1;
            assertTrue(seen.add(arrows.get(k).getAttribute("d")) || twin, edge + " lies on another arrow");
        }
    }

    @Test
    void aRingStandsOnACircleClockwiseFromTheTop() throws Exception {
        for (int ranks : new int[] {2, 5, 64}) {
            Element page = parse(TopologySvg.of(Topologies.ring(ranks)));
            List<Element> discs = all(page, "circle");
            double middle = number(page, "width") / 2;
            double radius = middle - number(discs.get(0), "cy");
            for (int r = 0; r < ranks; r++) {
                double angle = 2 * Math.PI * r / ranks;
                assertEquals(middle + radius * Math.sin(angle), number(discs.get(r), "cx"), 2 * ROUNDED);
                assertEquals(middle - radius * Math.cos(angle), number(discs.get(r), "cy"), 2 * ROUNDED);
            }
        }
    }

    /** Only the torus itself is a grid; the same edges in another order of sets or ranks would not lie along its lines. */
    @Test
    void aTorusStandsOnAGridInTheOrderOfItsRanks() throws Exception {
        for (int[] shape : new int[][] {{2, 2}, {3, 4}, {8, 4}, {2, 7}, {7, 2}}) {
            int columns = shape[1];
            List<Element> discs = all(parse(TopologySvg.of(Topologies.torus(shape[0], columns))), "circle");
            double pitch = number(discs.get(1), "cx") - number(discs.get(0), "cx");
            for (int r = 0; r < discs.size(); r++) {
                assertEquals(number(discs.get(0), "cx") + r % columns * pitch, number(discs.get(r), "cx"), ROUNDED);
                int row = r / columns;
                assertEquals(number(discs.get(0), "cy") + row * pitch, number(discs.get(r), "cy"), ROUNDED);
            }
        }
        List<Element> other = all(parse(TopologySvg.of(Topologies.parse("circulant(12,4,1)"))), "circle");
        assertNotEquals(number(other.get(0), "cy"), number(other.get(1), "cy"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ring2", "cube", "torus2x2", "torus8x4", "circulant(13,1,2,3,4,5,6,7)"})
    void theLegendStandsBelowWithoutOverlaps(String name) throws Exception {
        ReplicaTopology topology = Topologies.parse(name);
        Element page = parse(TopologySvg.of(topology));
        double lowest = 0;
        for (Element disc : all(page, "circle")) {
            lowest = Math.max(lowest, number(disc, "cy") + number(disc, "r"));
        }
        List<Element> lines = all(page, "line");
        List<Element> texts = all(page, "text").subList(topology.groupSize(), topology.groupSize() + lines.size());
        for (int d = 0; d < lines.size(); d++) {
            Element line = lines.get(d);
            Element text = texts.get(d);
            assertEquals("set " + d, text.getTextContent());
            assertEquals("legend", text.getAttribute("class"));
            double y = number(line, "y1");
            assertEquals(y, number(line, "y2"));
            assertTrue(number(line, "x1") > 0 && number(line, "x2") > number(line, "x1") + 15, "a line to be seen");
            assertTrue(number(text, "x") > number(line, "x2"), "the words stand behind the line");
            double below = number(text, "y") - y;
            assertTrue(below > 0 && below < 8, "on its height");
            // "set 6" is some 35 pixels wide.
            assertTrue(number(text, "x") + 35 < number(page, "width"), "within the page");
            assertTrue(y > lowest && y < number(page, "height") - 4, "below the ranks, above the end of the page");
            for (int e = 0; e < d; e++) {
                double across = Math.abs(number(lines.get(e), "x1") - number(line, "x1"));
                double down = Math.abs(number(lines.get(e), "y1") - y);
                assertTrue(across > 75 || (across == 0 && down >= 15), "sets " + e + " and " + d + " are apart");
            }
        }
        double last = number(lines.getLast(), "y1");
        assertTrue(number(page, "height") - last < 40, "no empty space below the legend");
        Element traffic =
                parse(TopologySvg.traffic(topology, new double[topology.edges().size()]));
        assertTrue(number(traffic, "height") < number(page, "height"), "without a legend the page ends earlier");
        assertTrue(number(traffic, "height") > lowest, "but holds the ranks");
    }

    /** What a rule says in each scheme, the light one first. */
    private static List<String> rules(String style, String selector) {
        Matcher matcher =
                Pattern.compile(Pattern.quote(selector) + " \\{ ([^}]*) }").matcher(style);
        List<String> found = new ArrayList<>();
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }

    @ParameterizedTest
    @ValueSource(strings = {"ring2", "torus2x2", "circulant(13,1,2,3,4,5,6,7)"})
    void bothSchemesColourEverything(String name) throws Exception {
        ReplicaTopology topology = Topologies.parse(name);
        Element page = parse(TopologySvg.of(topology));
        String style = all(page, "style").get(0).getTextContent();
        String own = "." + page.getAttribute("class") + " ";
        Set<String> colours = new HashSet<>();
        int sets = Math.min(6, topology.replicasPerRank());
        for (int d = 0; d < sets; d++) {
            List<String> strokes = rules(style, own + ".s" + d);
            List<String> heads = rules(style, own + ".h" + d);
            assertEquals(2, strokes.size(), "set " + d + " has a colour on light and on dark ground");
            assertEquals(strokes.stream().map(s -> s.replace("stroke", "fill")).toList(), heads);
            colours.addAll(strokes);
        }
        assertEquals(2 * sets, colours.size(), "no two sets share a colour");
        assertEquals(sets, all(page, "marker").size(), "a head for each colour");
        for (String selector : List.of("circle", "text")) {
            List<String> rules = rules(style, own + selector);
            assertTrue(rules.size() >= 2 && !rules.get(0).equals(rules.get(1)), selector + ": " + rules);
        }
        assertTrue(rules(style, own + "path, " + own + "line").get(0).contains("fill: none"), style);
        assertTrue(rules(style, own + "text").getLast().contains("text-anchor: middle"), style);
        assertTrue(rules(style, own + "text.legend").get(0).contains("text-anchor: start"), style);
        assertTrue(rules(style, own + "path.idle").get(0).contains("stroke-dasharray"), style);
    }

    /** Load on the edges has one colour, which a page may set; the heads do not grow with the arrows. */
    @Test
    void trafficHasOneColour() throws Exception {
        ReplicaTopology topology = Topologies.torus(3, 4);
        Element page =
                parse(TopologySvg.traffic(topology, new double[topology.edges().size()]));
        String style = all(page, "style").get(0).getTextContent();
        String own = "." + page.getAttribute("class") + " ";
        for (int scheme = 0; scheme < 2; scheme++) {
            String first = rules(style, own + ".s0").get(scheme);
            assertTrue(first.startsWith("stroke: var(--traffic, #"), first);
            assertEquals(first, rules(style, own + ".s1").get(scheme));
        }
        for (Element marker : all(page, "marker")) {
            assertEquals("userSpaceOnUse", marker.getAttribute("markerUnits"));
        }
        for (Element arrow : all(page, "path")) {
            assertEquals("stroke-width: 1.0", arrow.getAttribute("style"));
        }
    }
}
