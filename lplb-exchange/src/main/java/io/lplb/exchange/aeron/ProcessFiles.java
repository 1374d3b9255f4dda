// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Names for files and directories of one process, and removal of those whose process is no more. A name holds the process's number
 * and a mark of the machine's start and of the container: numbers mean nothing elsewhere.
 *
 * <p>Stateless, hence safe for use by several threads.
 */
public final class ProcessFiles {
    private static final Logger LOG = LogManager.getLogger(ProcessFiles.class);
    private static final String MARK = mark();
    private static final String UUID_PATTERN = "-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";

    private ProcessFiles() {}

    private static String mark() {
        String machine = "";
        try {
            machine = Files.readString(Path.of("/proc/sys/kernel/random/boot_id"))
                    + Files.readSymbolicLink(Path.of("/proc/self/ns/pid"));
        } catch (IOException | UnsupportedOperationException e) {
            // No Linux: numbers of processes are those of the machine.
        }
        return String.format("%08x", machine.hashCode());
    }

    /**
     * Returns a new name for a file or directory of this process.
     *
     * @param prefix with which it begins
     * @param suffix with which it ends
     * @return a name that no other process has
     */
    public static String name(String prefix, String suffix) {
        return prefix + MARK + "-p" + ProcessHandle.current().pid() + "-" + UUID.randomUUID() + suffix;
    }

    /**
     * Removes files and directories of this user whose names begin and end alike and whose process is no more. Links are left;
     * what cannot be removed is, too.
     *
     * @param folder in which to look
     * @param prefix regular expression for how they begin
     * @param suffix as for {@link #name}
     */
    public static void removeLeftovers(Path folder, String prefix, String suffix) {
        Pattern pattern = Pattern.compile(prefix + MARK + "-p([0-9]{1,18})" + UUID_PATTERN + Pattern.quote(suffix));
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            UserPrincipal user = userOf(folder);
            for (Path entry : entries) {
                Matcher name = pattern.matcher(entry.getFileName().toString());
                if (name.matches()
                        && !Files.isSymbolicLink(entry)
                        && Files.getOwner(entry, LinkOption.NOFOLLOW_LINKS).equals(user)
                        && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty()) {
                    remove(entry);
                }
            }
        } catch (IOException | UnsupportedOperationException | SecurityException e) {
            LOG.debug("Leftovers in {}: {}", folder, e.toString());
        }
    }

    /** Returns this user. */
    static UserPrincipal userOf(Path folder) throws IOException {
        return folder.getFileSystem()
                .getUserPrincipalLookupService()
                .lookupPrincipalByName(System.getProperty("user.name", ""));
    }

    /** Removes a file, or a directory with all that is in it; links are removed, not followed. */
    private static void remove(Path entry) throws IOException {
        if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(entry)) {
                for (Path inner : entries) {
                    remove(inner);
                }
            }
        }
        Files.deleteIfExists(entry);
    }
}
