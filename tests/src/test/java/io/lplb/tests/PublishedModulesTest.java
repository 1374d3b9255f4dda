// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** The BOM names the published modules, no others, with the version that they have. */
class PublishedModulesTest {
    private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

    private static Element pom(String folder) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(PROJECT.resolve(folder).resolve("pom.xml").toFile())
                .getDocumentElement();
    }

    /** The text of a child element. */
    private static String child(Element parent, String name) {
        NodeList nodes = parent.getChildNodes();
        for (int k = 0; k < nodes.getLength(); k++) {
            if (nodes.item(k).getNodeName().equals(name)) {
                return nodes.item(k).getTextContent().strip();
            }
        }
        throw new AssertionError("no <" + name + "> in <" + parent.getNodeName() + ">");
    }

    private static List<String> texts(Element pom, String tag) {
        List<String> texts = new ArrayList<>();
        NodeList nodes = pom.getElementsByTagName(tag);
        for (int k = 0; k < nodes.getLength(); k++) {
            texts.add(nodes.item(k).getTextContent().strip());
        }
        return texts;
    }

    @Test
    void theBomNamesWhatIsPublished() throws Exception {
        String version = child(pom(""), "version");
        Set<String> published = new TreeSet<>();
        for (String module : texts(pom(""), "module")) {
            Element pom = pom(module);
            if (module.equals("lplb-bom")) {
                assertEquals(version, child(pom, "version"), module);
                continue;
            }
            assertEquals(version, texts(pom, "version").getFirst(), "the parent's version in " + module);
            if (!texts(pom, "maven.deploy.skip").contains("true")) {
                published.add(child(pom, "artifactId"));
            }
        }
        Set<String> named = new TreeSet<>(texts(pom("lplb-bom"), "artifactId"));
        assertTrue(named.remove("lplb-bom"));
        assertEquals(published, named);
    }

    /** What a published jar must say of itself; a release that lacks it cannot be taken back. */
    @Test
    void everyPublishedPomDescribesItself() throws Exception {
        for (String module : List.of("", "lplb-bom")) {
            Element pom = pom(module);
            for (String tag : List.of("name", "description", "licenses", "developers")) {
                assertFalse(child(pom, tag).isEmpty(), tag + " of " + module);
            }
        }
        for (String module : texts(pom(""), "module")) {
            assertFalse(child(pom(module), "description").isEmpty(), module);
        }
    }

    /** A jar's name on the module path must not be that of its file. */
    @Test
    void everyPublishedModuleHasAModuleName() throws Exception {
        for (String module : texts(pom(""), "module")) {
            Element pom = pom(module);
            boolean jar = !texts(pom, "packaging").contains("pom");
            if (jar && !texts(pom, "maven.deploy.skip").contains("true")) {
                boolean descriptor = Files.exists(PROJECT.resolve(module).resolve("src/main/java/module-info.java"));
                List<String> names = texts(pom, "Automatic-Module-Name");
                assertEquals(descriptor ? 0 : 1, names.size(), module);
                assertTrue(descriptor || names.get(0).startsWith("io.lplb."), module);
            }
        }
    }

    @Test
    void theChangelogHasAPartForWhatIsNotReleased() throws IOException {
        assertTrue(Files.readString(PROJECT.resolve("CHANGELOG.md")).contains("\n## [Unreleased]\n"));
    }
}
