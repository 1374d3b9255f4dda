// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.nccl;

import io.lplb.exchange.RoundBoard;
import io.lplb.tornado.program.SourceGroup;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * Settings that a source shares with source 0, and NCCL's name for the group, as lines of text:
 *
 * <pre>
 *   lplb-nccl 1
 *   sources 2
 *   settings 256 experts on 32 ranks, ...
 *   fingerprint 0f3a...
 *   id 02007f...
 * </pre>
 *
 * <p>Immutable.
 *
 * @param sources number of processes
 * @param settings what decides a plan, in words
 * @param fingerprint hash of what decides a plan
 * @param id ncclUniqueId in hexadecimal, empty from another source than 0
 */
record BootstrapRecord(int sources, String settings, String fingerprint, String id) {
    /** Bytes of the longest ticket. */
    static final int BYTES = 1024;

    /** In the place of the counts' fingerprint, in rounds that carry tickets. */
    static final long ROUNDS = RoundBoard.NO_PLACEMENT;

    private static final String[] NAMES = {"lplb-nccl", "sources", "settings", "fingerprint", "id"};
    private static final String VERSION = "1";

    /**
     * Learns of NCCL's name for the group and compares what the sources must have in common.
     *
     * @throws IllegalArgumentException if a source has other settings
     * @throws IllegalStateException if the ticket does not come
     * @throws NcclException if NCCL has no name to give
     */
    static byte[] exchange(Bootstrap carrier, Nccl nccl, SourceGroup group, String settings, String fingerprint) {
        int self = group.self();
        BootstrapRecord own = new BootstrapRecord(
                group.sources(),
                settings,
                fingerprint,
                self == 0 ? HexFormat.of().formatHex(nccl.uniqueId()) : "");
        return of(carrier.ofSourceZero(self, own.toBytes()), 0, self, own).idBytes();
    }

    byte[] toBytes() {
        String text = String.join(
                "\n",
                NAMES[0] + " " + VERSION,
                NAMES[1] + " " + sources,
                NAMES[2] + " " + settings,
                NAMES[3] + " " + fingerprint,
                NAMES[4] + " " + id,
                "");
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > BYTES) {
            throw new IllegalStateException("ticket: got " + bytes.length + " bytes, expected at most " + BYTES);
        }
        return bytes;
    }

    byte[] idBytes() {
        return HexFormat.of().parseHex(id);
    }

    /**
     * Reads a ticket and compares.
     *
     * @param from the source that it is of
     * @param self number of this source
     * @param own this source's ticket
     * @throws IllegalArgumentException if it is none, or of a group with other settings; names both sides' values
     */
    static BootstrapRecord of(byte[] bytes, int from, int self, BootstrapRecord own) {
        String[] values = parse(bytes, from);
        String[] expected = {VERSION, Integer.toString(own.sources), own.settings, own.fingerprint};
        for (int k = 0; k < expected.length; k++) {
            if (!values[k].equals(expected[k])) {
                throw new IllegalArgumentException(NAMES[k] + ": got " + values[k] + " from source " + from
                        + ", expected " + expected[k] + " as source " + self + " has");
            }
        }
        String id = values[expected.length];
        if (from == 0 && id.length() != 2 * Nccl.ID_BYTES) {
            throw new IllegalArgumentException(
                    "ticket of source 0: got an id of " + id.length() / 2 + " bytes, expected " + Nccl.ID_BYTES);
        }
        return new BootstrapRecord(own.sources, own.settings, own.fingerprint, id);
    }

    /** Reads a ticket. */
    static BootstrapRecord read(byte[] bytes, int from) {
        String[] values = parse(bytes, from);
        return new BootstrapRecord(Integer.parseInt(values[1]), values[2], values[3], values[4]);
    }

    private static String[] parse(byte[] bytes, int from) {
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] == 0) {
            end--;
        }
        List<String> lines = new String(Arrays.copyOf(bytes, end), StandardCharsets.UTF_8)
                .lines()
                .toList();
        String[] values = new String[NAMES.length];
        for (int k = 0; k < NAMES.length; k++) {
            String line = k < lines.size() ? lines.get(k) : "";
            if (!line.startsWith(NAMES[k] + " ")) {
                throw new IllegalArgumentException(
                        "ticket of source " + from + ": got '" + line + "', expected a line '" + NAMES[k] + " ...'");
            }
            values[k] = line.substring(NAMES[k].length() + 1);
        }
        return values;
    }
}
