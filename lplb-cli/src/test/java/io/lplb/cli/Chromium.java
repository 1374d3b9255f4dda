// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A headless Chromium, run once for each question and without a driver. It is the one that the system property
 * {@code lplb.chromium} names, or one on the PATH.
 */
final class Chromium {
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome", "chrome");
    /** A run takes about one second; a machine under load gets more. */
    private static final int SECONDS = 30;

    private final Path program;
    private final Path folder;
    private int runs;

    /**
     * @param folder for profiles and what is printed
     */
    Chromium(Path program, Path folder) {
        this.program = program;
        this.folder = folder;
    }

    /** Returns the program, or null if there is none. */
    static @Nullable Path find() {
        String named = System.getProperty("lplb.chromium");
        if (named != null) {
            return Path.of(named);
        }
        for (String place : String.valueOf(System.getenv("PATH")).split(File.pathSeparator, -1)) {
            for (String name : NAMES) {
                Path candidate = Path.of(place, name);
                if (Files.isExecutable(candidate)) {
                    return candidate;
                }
            }
        }
        return null;
    }

    /**
     * What the browser printed.
     *
     * @param out standard output: the document after its scripts ran, if that was asked for
     * @param err standard error, messages of the page's console among them
     */
    record Answer(String out, String err) {}

    /** Opens a page of this test's own and does what the last options say. */
    Answer open(Path page, boolean dark, int width, int height, String... options)
            throws IOException, InterruptedException {
        Path profile = Files.createDirectories(folder.resolve("profile" + runs++));
        List<String> command = new ArrayList<>(List.of(
                program.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--hide-scrollbars",
                "--enable-logging=stderr",
                "--user-data-dir=" + profile,
                "--window-size=" + width + "," + height,
                "--virtual-time-budget=2000"));
        command.add("--blink-settings=preferredColorScheme=" + (dark ? 0 : 1));
        command.addAll(List.of(options));
        command.add(page.toUri().toString());
        Path out = profile.resolve("out.txt");
        Path err = profile.resolve("err.txt");
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        process.getOutputStream().close();
        try {
            assertTrue(
                    process.waitFor(SECONDS, TimeUnit.SECONDS),
                    "Chromium did not end in " + SECONDS + " s: " + command);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        String messages = Files.readString(err, StandardCharsets.UTF_8);
        assertEquals(0, process.exitValue(), messages);
        return new Answer(Files.readString(out, StandardCharsets.UTF_8), messages);
    }
}
