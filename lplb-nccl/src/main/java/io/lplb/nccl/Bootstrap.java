// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.nccl;

import io.lplb.exchange.RoundStatus;
import io.lplb.exchange.WorkloadExchange;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * How the sources of a group learn under which name NCCL brings them together, and whether their settings are the same:
 * every source has a ticket of some hundred bytes, and needs that of source 0. Any means will do, such as a broadcast of
 * MPI; the ones here are a file and a {@link WorkloadExchange}.
 */
@FunctionalInterface
public interface Bootstrap {

    /**
     * Brings the ticket of source 0 to all sources.
     *
     * @param self number of this source
     * @param own this source's ticket
     * @return the ticket of source 0, which for source 0 is its own
     * @throws IllegalStateException if it does not come
     */
    byte[] ofSourceZero(int self, byte[] own);

    /**
     * Makes a carrier through a file that all sources see. Source 0 writes it, the others wait for it.
     *
     * @param file must not be there before: one that an earlier group has left would be taken for this group's
     * @param timeout longest time to wait for the file
     * @return a carrier
     */
    static Bootstrap file(Path file, Duration timeout) {
        return (self, own) -> {
            try {
                if (self == 0) {
                    write(file, own);
                    return own;
                }
                long start = System.nanoTime();
                while (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                    if (System.nanoTime() - start > TimeUnit.NANOSECONDS.convert(timeout)) {
                        throw new IllegalStateException("ticket: got no file " + file + " within "
                                + TimeUnit.MILLISECONDS.convert(timeout) + " ms, expected one from source 0");
                    }
                    LockSupport.parkNanos(1_000_000);
                }
                return read(file);
            } catch (IOException e) {
                throw new IllegalStateException("ticket: " + e.getMessage(), e);
            }
        };
    }

    /** Writes a ticket as a whole, to a file that is not there yet and that only this user may read. */
    private static void write(Path file, byte[] ticket) throws IOException {
        Path partial = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                Files.createFile(
                        partial, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            } else {
                Files.createFile(partial);
            }
            Files.write(partial, ticket);
            try {
                // Unlike a move, a link does not replace what is there.
                Files.createLink(file, partial);
            } catch (UnsupportedOperationException e) {
                Files.copy(partial, file);
            }
        } catch (FileAlreadyExistsException e) {
            throw new IllegalStateException(
                    "ticket: got a file that is there already, " + file + ", expected a new one", e);
        } finally {
            Files.deleteIfExists(partial);
        }
    }

    private static byte[] read(Path file) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new IllegalStateException("ticket: got " + file + ", which is a link or no file, expected a file");
        }
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            byte[] bytes = in.readNBytes(BootstrapRecord.BYTES + 1);
            if (bytes.length > BootstrapRecord.BYTES) {
                throw new IllegalStateException(
                        "ticket: got more than " + BootstrapRecord.BYTES + " bytes in " + file + ", expected a ticket");
            }
            return bytes;
        }
    }

    /**
     * Makes a carrier over an exchange of counts among the same sources, which may have any number of experts: some rounds
     * with a byte in the place of each count. Every source sees the tickets of all others, so that all of them refuse a group in
     * which one differs.
     *
     * @param exchange its ranks are the sources; it goes on with later rounds
     * @param timeout longest time to wait for the others in each round
     * @return a carrier
     */
    static Bootstrap over(WorkloadExchange exchange, Duration timeout) {
        return (self, own) -> {
            int bytes = BootstrapRecord.BYTES;
            byte[] padded = Arrays.copyOf(own, bytes);
            byte[][] tickets = new byte[exchange.ranks()][bytes];
            int experts = exchange.experts();
            int[] part = new int[experts];
            int[] all = new int[tickets.length * experts];
            for (int from = 0; from < bytes; from += experts) {
                for (int k = 0; k < experts; k++) {
                    part[k] = from + k < bytes ? padded[from + k] & 0xff : 0;
                }
                RoundStatus status = exchange.gather(
                        exchange.nextRound(), BootstrapRecord.ROUNDS, part, all, TimeUnit.NANOSECONDS.convert(timeout));
                if (status != RoundStatus.COMPLETE) {
                    throw new IllegalStateException("ticket: got the round " + status + " over " + exchange.transport()
                            + ", expected the tickets of all " + tickets.length + " sources");
                }
                for (int s = 0; s < tickets.length; s++) {
                    for (int k = 0; k < experts && from + k < bytes; k++) {
                        tickets[s][from + k] = (byte) all[s * experts + k];
                    }
                }
            }
            BootstrapRecord mine = BootstrapRecord.read(own, self);
            for (int s = 0; s < tickets.length; s++) {
                BootstrapRecord.of(tickets[s], s, self, mine);
            }
            return tickets[0];
        };
    }
}
