// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.replicas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

class GrowthPictureTest {
    @Test
    void everyNumberOfSlotsHasAPlot() throws Exception {
        String svg = new GrowthPicture(List.of(
                        "# comment",
                        "8 64 1 1.435 1.00174 6.9 4.8",
                        "16 64 1 1.995 1.00003 14.9 2.7",
                        "8 128 2 1.435 1.00002 7.2 3.8"))
                .svg();
        Document document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
        // The picture, and for every plot its place and its frame.
        assertEquals(1 + 2 * 2, document.getElementsByTagName("svg").getLength());
    }

    @Test
    void linesOfAnotherFormAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new GrowthPicture(List.of("8 64 1")));
        assertThrows(IllegalArgumentException.class, () -> new GrowthPicture(List.of("a b c d e f g")));
    }
}
