// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.examples;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every Java block of the README and of docs/ stands in an example word for word, white space aside, and so compiles and
 * runs. A block after a comment {@code <!-- not compiled: reason -->} is left out.
 */
class SnippetsTest {
    private static final Path PROJECT = Path.of("..");
    private static final Pattern BLOCK = Pattern.compile(
            "(<!-- not compiled: [^>]+-->\\s*)?^```java\\n(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);

    private static String normal(String text) {
        return text.strip().replaceAll("\\s+", " ");
    }

    private static List<String> read(Path folder, String ending) throws IOException {
        List<String> texts = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                if (file.toString().endsWith(ending)) {
                    texts.add(Files.readString(file));
                }
            }
        }
        return texts;
    }

    @Test
    void everyBlockIsCompiledCode() throws IOException {
        List<String> sources = read(PROJECT.resolve("examples/src/main/java/io/lplb/examples"), ".java").stream()
                .map(SnippetsTest::normal)
                .toList();
        List<String> documents = new ArrayList<>(read(PROJECT.resolve("docs"), ".md"));
        documents.add(Files.readString(PROJECT.resolve("README.md")));
        List<String> missing = new ArrayList<>();
        int blocks = 0;
        for (String document : documents) {
            Matcher block = BLOCK.matcher(document);
            while (block.find()) {
                if (block.group(1) != null) {
                    continue;
                }
                blocks++;
                String snippet = normal(block.group(2));
                if (sources.stream().noneMatch(source -> source.contains(snippet))) {
                    missing.add(block.group(2));
                }
            }
        }
        assertFalse(blocks == 0, "no Java block was found");
        assertTrue(missing.isEmpty(), "in no example: " + String.join("\n---\n", missing));
    }
}
