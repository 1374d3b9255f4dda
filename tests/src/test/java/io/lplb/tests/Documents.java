// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The commands in the pages of the project's folder and of docs/; docs/measurements says where and when its own ran. A command
 * is a line of a block that begins with {@code ```sh}. A block after a line
 * {@code <!-- not run: reason -->} has no commands to run.
 */
final class Documents {
    private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();
    private static final String FENCE = "```";

    private Documents() {}

    static List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path folder : List.of(PROJECT, PROJECT.resolve("docs"))) {
            try (Stream<Path> pages = Files.list(folder)) {
                pages.filter(file -> file.toString().endsWith(".md")).sorted().forEach(files::add);
            }
        }
        return files;
    }

    /** The commands, each once. */
    static Set<String> commands() throws IOException {
        Set<String> commands = new TreeSet<>();
        for (Path file : files()) {
            boolean block = false;
            boolean shell = false;
            String before = "";
            for (String line : Files.readAllLines(file)) {
                if (line.startsWith(FENCE)) {
                    shell = !block && line.equals(FENCE + "sh") && !before.matches("<!-- not run: .+ -->");
                    block = !block;
                } else if (block && shell && !line.isBlank()) {
                    commands.add(line.replaceAll("\\s+# .*", ""));
                }
                before = line.isBlank() ? before : line;
            }
        }
        return commands;
    }

    /** Lines of blocks without a language that look like commands and would go untested. */
    static List<String> unmarked() throws IOException {
        List<String> unmarked = new ArrayList<>();
        for (Path file : files()) {
            boolean block = false;
            boolean plain = false;
            for (String line : Files.readAllLines(file)) {
                if (line.startsWith(FENCE)) {
                    plain = !block && line.equals(FENCE);
                    block = !block;
                } else if (block && plain && line.matches("(\\S+=\\S+ )*(bin/|\\./|mvn |java |sudo ).*")) {
                    unmarked.add(file.getFileName() + ": " + line);
                }
            }
        }
        return unmarked;
    }
}
