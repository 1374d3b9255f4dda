// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.host;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The commit of the sources that this program was built from, as git tells it of the folder that holds the classes. */
public final class SourceCommit {
    /** The property that says the commit of classes that were carried away from their checkout. */
    public static final String PROPERTY = "lplb.commit";

    /** The answer where there is no git, or no checkout around the classes. */
    public static final String UNKNOWN = "unknown";

    private SourceCommit() {}

    /**
     * The commit, seven digits or more, with -dirty after it if files were changed since; what {@link #PROPERTY} says, if it
     * is set; or {@link #UNKNOWN}.
     */
    public static String here() {
        String said = System.getProperty(PROPERTY, "");
        if (!said.isEmpty()) {
            return said;
        }
        CodeSource source = SourceCommit.class.getProtectionDomain().getCodeSource();
        if (source == null) {
            return UNKNOWN;
        }
        try {
            Path built = Path.of(source.getLocation().toURI());
            return of(Files.isDirectory(built) ? built : built.getParent());
        } catch (URISyntaxException e) {
            // No file system behind the class path.
            return UNKNOWN;
        }
    }

    static String of(@Nullable Path folder) {
        try {
            Process git = new ProcessBuilder(List.of(
                            "git", "-C", String.valueOf(folder), "describe", "--always", "--dirty", "--abbrev=7"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            git.getOutputStream().close();
            String answer = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return git.waitFor() == 0 && !answer.isEmpty() ? answer : UNKNOWN;
        } catch (IOException e) {
            // No git.
            return UNKNOWN;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return UNKNOWN;
        }
    }
}
