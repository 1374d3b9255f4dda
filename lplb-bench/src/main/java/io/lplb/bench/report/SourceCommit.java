// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.report;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The commit that is checked out where this build lies, read from git's own files so that git need not be installed.
 * Whether the sources were changed since is not known.
 */
final class SourceCommit {
    private static final int SHORT = 10;
    private static final String REF = "ref: ";
    private static final String FOLDER = "gitdir: ";

    private SourceCommit() {}

    /** Returns the shortened id, or nothing if the build does not lie in a work tree. */
    static String ofThisBuild() {
        try {
            CodeSource source = SourceCommit.class.getProtectionDomain().getCodeSource();
            return source == null ? "" : of(Path.of(source.getLocation().toURI()));
        } catch (URISyntaxException | IllegalArgumentException e) {
            return "";
        }
    }

    /** Returns the shortened id of the commit checked out at a place inside a work tree, or nothing. */
    static String of(Path place) {
        for (Path folder = place.toAbsolutePath(); folder != null; folder = folder.getParent()) {
            Path git = folder.resolve(".git");
            if (Files.exists(git)) {
                try {
                    String id = read(git);
                    return id.matches("[0-9a-f]{10,}") ? id.substring(0, SHORT) : "";
                } catch (IOException e) {
                    return "";
                }
            }
        }
        return "";
    }

    private static String read(Path git) throws IOException {
        Path folder = git;
        Path common = git;
        if (Files.isRegularFile(git)) {
            // A linked work tree has a folder of its own for HEAD and shares the branches of the main one.
            folder = git.resolveSibling(Files.readString(git).strip().substring(FOLDER.length()));
            Path shared = folder.resolve("commondir");
            common = Files.exists(shared)
                    ? folder.resolve(Files.readString(shared).strip())
                    : folder;
        }
        String head = Files.readString(folder.resolve("HEAD")).strip();
        if (!head.startsWith(REF)) {
            return head;
        }
        String branch = head.substring(REF.length());
        Path file = common.resolve(branch);
        String packed = Files.exists(file) ? null : packed(common.resolve("packed-refs"), branch);
        return Files.exists(file) ? Files.readString(file).strip() : String.valueOf(packed);
    }

    private static @Nullable String packed(Path file, String branch) throws IOException {
        List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
        return lines.stream()
                .filter(line -> line.endsWith(" " + branch))
                .findFirst()
                .map(line -> line.substring(0, line.indexOf(' ')))
                .orElse(null);
    }
}
