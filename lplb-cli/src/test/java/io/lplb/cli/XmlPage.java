// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** A page that was written, parsed as XML, with the checks that hold for every page. */
final class XmlPage {
    private final Document document;

    private XmlPage(Document document) {
        this.document = document;
    }

    /** Parses a page; one that is not well-formed fails the test. */
    static XmlPage of(String page) throws Exception {
        assertTrue(
                page.startsWith("<!DOCTYPE html>\n<html lang=\"en\""), page.substring(0, Math.min(80, page.length())));
        String markup = page.substring(page.indexOf('\n'));
        Document document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(markup)));
        XmlPage parsed = new XmlPage(document);
        parsed.requireSelfContained(page);
        parsed.requireAccessible();
        return parsed;
    }

    private void requireSelfContained(String page) {
        assertFalse(page.contains("<script"), "no script");
        assertFalse(page.replace("http://www.w3.org/", "").contains("://"), "no address but names of XML");
        assertTrue(page.contains("default-src 'none'") || page.contains("default-src &#39;none&#39;"));
        for (Element link : elements("link")) {
            assertEquals("data:,", link.getAttribute("href"));
        }
        assertTrue(elements("img").isEmpty());
    }

    private void requireAccessible() {
        assertEquals(1, elements("h1").size());
        for (Element svg : pictures()) {
            assertEquals("img", svg.getAttribute("role"));
            boolean named = !svg.getAttribute("aria-label").isEmpty()
                    || !svg.getAttribute("aria-labelledby").isEmpty();
            assertTrue(named, "a picture without a name");
        }
        for (Element heading : elements("th")) {
            assertTrue(List.of("col", "row").contains(heading.getAttribute("scope")), heading.getTextContent());
        }
    }

    /** Returns the pictures in their order, without the samples of lines beside names, which tell nothing alone. */
    List<Element> pictures() {
        return elements("svg").stream()
                .filter(svg -> !svg.getAttribute("aria-hidden").equals("true"))
                .toList();
    }

    /** Returns all elements of a kind in their order. */
    List<Element> elements(String tag) {
        NodeList nodes = document.getElementsByTagName(tag);
        List<Element> elements = new ArrayList<>();
        for (int k = 0; k < nodes.getLength(); k++) {
            elements.add((Element) nodes.item(k));
        }
        return elements;
    }

    /** Returns the cells of each row of a table, the heading among them. */
    List<List<String>> table(int number) {
        List<List<String>> rows = new ArrayList<>();
        NodeList found = elements("table").get(number).getElementsByTagName("tr");
        for (int r = 0; r < found.getLength(); r++) {
            List<String> cells = new ArrayList<>();
            NodeList children = found.item(r).getChildNodes();
            for (int c = 0; c < children.getLength(); c++) {
                if (children.item(c) instanceof Element cell) {
                    cells.add(cell.getTextContent());
                }
            }
            rows.add(cells);
        }
        return rows;
    }

    /** Returns all text. */
    String text() {
        return document.getDocumentElement().getTextContent().replaceAll("\\s+", " ");
    }
}
