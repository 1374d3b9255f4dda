// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.util.HashSet;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class TopologyDrawingTest {
    @Test
    void textOfARing() {
        assertEquals("""
                ring3: 3 ranks, 1 replica set a rank

                holds copies of     rank     its copies are on
                              1 -->    0 --> 2
                              2 -->    1 --> 0
                              0 -->    2 --> 1

                neighbours of a rank        2
                components                  1
                diameter                    1 (2 from original to copy)
                edge connectivity           2
                a rank's load reaches       1 directly, 2 in all
                rank 0 levels with others   up to 1.60 times their load, a quarter of it replicated
                colours of the edges        3
                """, TopologyText.of(Topologies.ring(3)));
    }

    @Test
    void textOfWhatIsNotConnected() {
        // Two rings of 3, the second set joins the first two ranks of one of them the other way round.
        int[][] r2o = {{1, 2}, {2, 0}, {0, 1}, {4, 4}, {5, 5}, {3, 3}};
        String text = TopologyText.of(ReplicaTopology.of("two rings", r2o));
        assertTrue(text.startsWith("two rings: 6 ranks, 2 replica sets a rank\n"), text);
        assertTrue(text.contains("            1 2 -->    0 --> 2 1\n"), text);
        assertTrue(text.contains("components                  2\n"), text);
        assertTrue(text.contains("diameter                    none, not connected\n"), text);
        assertTrue(text.contains("a rank's load reaches       1 directly, 2 in all\n"), text);
        assertTrue(text.contains("neighbours of a rank        2\n"), text);
    }

    /** Columns stay in line, however many sets and digits there are. */
    @ParameterizedTest
    @ValueSource(strings = {"ring11", "ring64", "torus8x4", "circulant(13,1,2,3,4,5,6,7)"})
    void columnsOfTheTextStayInLine(String name) {
        ReplicaTopology topology = Topologies.parse(name);
        String[] lines = TopologyText.of(topology).split("\n", -1);
        int rankEnds = lines[2].indexOf("rank") + "rank".length();
        int copiesBegin = lines[2].indexOf("its copies");
        for (int r = 0; r < topology.groupSize(); r++) {
            String line = lines[3 + r];
            assertEquals(" --> ", line.substring(rankEnds, rankEnds + 5), line);
            assertEquals(
                    Integer.toString(r), line.substring(rankEnds - 4, rankEnds).strip(), line);
            assertEquals(" --> ", line.substring(rankEnds - 9, rankEnds - 4), line);
            assertEquals(copiesBegin, rankEnds + 5, line);
            assertEquals(lines[3].length(), line.length(), line);
        }
    }

    private static Document parse(String svg) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        return factory.newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"cube", "hypercube", "ring2", "ring64", "torus2x2", "torus8x4", "circulant(13,1,2,3,4,5,6,7)"})
    void svgIsWellFormedAndComplete(String name) throws Exception {
        ReplicaTopology topology = Topologies.parse(name);
        Document svg = parse(TopologySvg.of(topology));
        Element root = svg.getDocumentElement();
        assertEquals("svg", root.getLocalName());
        assertEquals("http://www.w3.org/2000/svg", root.getNamespaceURI());
        assertEquals(topology.groupSize(), svg.getElementsByTagName("circle").getLength());
        NodeList arrows = svg.getElementsByTagName("path");
        assertEquals(topology.edges().size(), arrows.getLength());
        assertEquals(
                topology.replicasPerRank(), svg.getElementsByTagName("line").getLength());
        assertEquals(
                "Replica topology " + topology.name(),
                svg.getElementsByTagName("title").item(0).getTextContent());
        Set<String> ids = ids(svg);
        for (String label : root.getAttribute("aria-labelledby").split(" ", -1)) {
            assertTrue(ids.contains(label), label);
        }
        for (int k = 0; k < arrows.getLength(); k++) {
            Element arrow = (Element) arrows.item(k);
            int set = topology.edges().get(k).slot();
            assertEquals("s" + set % 6, arrow.getAttribute("class"));
            String head = arrow.getAttribute("marker-end");
            assertTrue(ids.contains(head.substring("url(#".length(), head.length() - 1)), head);
            requireInside(arrow.getAttribute("d"), root);
        }
        assertTrue(svg.getElementsByTagName("style").item(0).getTextContent().contains("prefers-color-scheme: dark"));
    }

    private static Set<String> ids(Document svg) {
        Set<String> ids = new HashSet<>();
        NodeList all = svg.getElementsByTagName("*");
        for (int k = 0; k < all.getLength(); k++) {
            String id = ((Element) all.item(k)).getAttribute("id");
            assertTrue(id.isEmpty() || ids.add(id), () -> "twice: " + id);
        }
        return ids;
    }

    /** The middle of a quadratic curve lies halfway between its control point and the middle of its ends. */
    private static void requireInside(String path, Element root) {
        String[] numbers = path.replaceAll("[MQ]", "").split(" ", -1);
        assertEquals(6, numbers.length, path);
        double[] p = new double[6];
        for (int k = 0; k < 6; k++) {
            p[k] = Double.parseDouble(numbers[k]);
        }
        double width = Double.parseDouble(root.getAttribute("width"));
        double height = Double.parseDouble(root.getAttribute("height"));
        for (int k : new int[] {0, 1, 4, 5}) {
            assertTrue(p[k] >= 0 && p[k] <= (k % 2 == 0 ? width : height), path);
        }
        double x = (p[0] + 2 * p[2] + p[4]) / 4;
        double y = (p[1] + 2 * p[3] + p[5]) / 4;
        assertTrue(x >= 0 && x <= width && y >= 0 && y <= height, path);
    }

    @Test
    void ranksOfATorusStandOnAGrid() throws Exception {
        NodeList discs = parse(TopologySvg.of(Topologies.torus(3, 4))).getElementsByTagName("circle");
        Set<String> columns = new HashSet<>();
        Set<String> rows = new HashSet<>();
        for (int r = 0; r < 12; r++) {
            columns.add(((Element) discs.item(r)).getAttribute("cx"));
            rows.add(((Element) discs.item(r)).getAttribute("cy"));
        }
        assertEquals(4, columns.size());
        assertEquals(3, rows.size());
    }

    @Test
    void namesAreEscaped() throws Exception {
        ReplicaTopology topology = ReplicaTopology.of("<a & \"b\">", new int[][] {{1}, {0}});
        assertEquals(
                "Replica topology <a & \"b\">",
                parse(TopologySvg.of(topology))
                        .getElementsByTagName("title")
                        .item(0)
                        .getTextContent());
    }

    @Test
    void trafficGivesEveryArrowItsWidthAndItsWords() throws Exception {
        ReplicaTopology cube = Topologies.cube();
        double[] traffic = new double[cube.edges().size()];
        traffic[0] = 4;
        traffic[5] = 2;
        Document svg = parse(TopologySvg.traffic(cube, traffic));
        NodeList arrows = svg.getElementsByTagName("path");
        assertEquals(traffic.length, arrows.getLength());
        assertEquals("stroke-width: 8.0", ((Element) arrows.item(0)).getAttribute("style"));
        assertEquals("stroke-width: 4.5", ((Element) arrows.item(5)).getAttribute("style"));
        Edge first = cube.edges().get(0);
        assertEquals(
                "rank " + first.original() + " to rank " + first.replica() + ": 4.0",
                arrows.item(0).getTextContent());
        assertTrue(((Element) arrows.item(1)).getAttribute("class").endsWith(" idle"));
        assertEquals(0, svg.getElementsByTagName("line").getLength(), "no legend of replica sets");
        String both = TopologySvg.of(cube) + TopologySvg.traffic(cube, traffic);
        ids(parse("<both>" + both + "</both>"));
    }

    @Test
    void trafficThatIsNoneIsRefused() {
        ReplicaTopology pair = Topologies.ring(2);
        for (double[] wrong : new double[][] {{1}, {1, -1}, {1, Double.NaN}, {Double.POSITIVE_INFINITY, 0}}) {
            assertThrows(IllegalArgumentException.class, () -> TopologySvg.traffic(pair, wrong));
        }
    }
}
