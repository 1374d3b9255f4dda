// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.agrona.SystemUtil;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Directories of media drivers: where an embedded driver puts its own, what killed processes have left behind, and whether
 * one that is shared can be trusted.
 *
 * <p>Stateless, hence safe for use by several threads.
 */
final class DriverFolder {
    private static final Logger LOG = LogManager.getLogger(DriverFolder.class);
    private static final Pattern OWN = Pattern.compile("lplb-[a-zA-Z0-9-]+-p([0-9]{1,18})-[0-9a-f-]{36}");
    private static final long MEBIBYTE = 1 << 20;

    /** Space that a driver and its channels take at most for a small group. */
    private static final long LEAST_SPACE = 16 * MEBIBYTE;

    private DriverFolder() {}

    /** Returns the parent of all: shared memory where there is some. */
    static Path parent() {
        return Path.of(SystemUtil.isLinux() ? "/dev/shm" : SystemUtil.tmpDirName());
    }

    /**
     * Names a new directory in a folder that has space for it.
     *
     * @throws IllegalStateException if it has not
     */
    static Path next(Path parent, String name) {
        long free = parent.toFile().getUsableSpace();
        if (free < LEAST_SPACE) {
            throw new IllegalStateException("media driver: got " + free / MEBIBYTE + " MiB of free space in " + parent
                    + ", expected at least " + LEAST_SPACE / MEBIBYTE + " (containers: --shm-size)");
        }
        return parent.resolve("lplb-" + name + "-p" + ProcessHandle.current().pid() + "-" + UUID.randomUUID());
    }

    /** Removes the directories of processes of this user that are no more. */
    static void removeLeftovers(Path parent) {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, "lplb-*")) {
            UserPrincipal user = userOf(parent);
            for (Path folder : folders) {
                Matcher name = OWN.matcher(folder.getFileName().toString());
                if (name.matches()
                        && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                        && Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).equals(user)
                        && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty()) {
                    remove(folder);
                }
            }
        } catch (IOException | UnsupportedOperationException | SecurityException e) {
            LOG.debug("Leftovers of media drivers: {}", e.toString());
        }
    }

    private static UserPrincipal userOf(Path folder) throws IOException {
        return folder.getFileSystem()
                .getUserPrincipalLookupService()
                .lookupPrincipalByName(System.getProperty("user.name", ""));
    }

    /** Removes a directory of files and directories of files; links are removed, not followed. */
    private static void remove(Path folder) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                    remove(entry);
                } else {
                    Files.deleteIfExists(entry);
                }
            }
        }
        Files.deleteIfExists(folder);
    }

    /**
     * Checks a directory that a driver shares: it is a directory and no link, belongs to this user or root, and nobody else may
     * write to it. One that is not there yet is left to the driver.
     *
     * @throws IllegalArgumentException if it is not safe
     */
    static void requireSafe(Path folder) {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            throw new IllegalArgumentException(
                    "aeron directory: got " + folder + ", which is a link or a file, expected a directory");
        }
        if (File.separatorChar != '/') {
            return;
        }
        try {
            UserPrincipal owner = Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS);
            if (!owner.equals(userOf(folder)) && !owner.getName().equals("root")) {
                throw new IllegalArgumentException("aeron directory: got " + folder + " of user " + owner.getName()
                        + ", expected one of " + System.getProperty("user.name", "this user"));
            }
            Set<PosixFilePermission> mode = Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS);
            if (mode.contains(PosixFilePermission.GROUP_WRITE) || mode.contains(PosixFilePermission.OTHERS_WRITE)) {
                throw new IllegalArgumentException("aeron directory: got mode " + PosixFilePermissions.toString(mode)
                        + " of " + folder + ", expected one that only its owner may write to");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("aeron directory: " + folder + ": " + e.getMessage(), e);
        }
    }
}
