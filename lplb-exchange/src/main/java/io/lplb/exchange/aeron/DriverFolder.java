// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;
import org.agrona.SystemUtil;

/**
 * Directories of media drivers: where an embedded driver puts its own, what killed processes have left behind, and whether
 * one that is shared can be trusted.
 *
 * <p>Stateless, hence safe for use by several threads.
 */
final class DriverFolder {
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
        return parent.resolve(ProcessFiles.name("lplb-" + name + "-", ""));
    }

    /** Removes the directories of processes of this user that are no more. */
    static void removeLeftovers(Path parent) {
        ProcessFiles.removeLeftovers(parent, "lplb-[a-zA-Z0-9-]+-", "");
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
            if (!owner.equals(ProcessFiles.userOf(folder)) && !owner.getName().equals("root")) {
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
