// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.driver;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * What a source must have in common with source 0, and NCCL's name for the group, as lines of text:
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
record ExchangeTicket(int sources, String settings, String fingerprint, String id) {
    /** Bytes of the longest ticket. */
    static final int BYTES = 1024;

    /** In the place of the counts' fingerprint, in rounds that carry tickets. */
    static final long ROUNDS = 0x6c706c622d6e63L;

    private static final String[] NAMES = {"lplb-nccl", "sources", "settings", "fingerprint", "id"};
    private static final String VERSION = "1";

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
     * Reads the ticket of source 0 and compares.
     *
     * @throws IllegalArgumentException if it is none, or of a group with other settings; names both sides' values
     */
    static ExchangeTicket of(byte[] bytes, int self, ExchangeTicket own) {
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] == 0) {
            end--;
        }
        List<String> lines = new String(Arrays.copyOf(bytes, end), StandardCharsets.UTF_8).lines().toList();
        String[] values = new String[NAMES.length];
        String[] expected = {VERSION, Integer.toString(own.sources), own.settings, own.fingerprint, ""};
        for (int k = 0; k < NAMES.length; k++) {
            String line = k < lines.size() ? lines.get(k) : "";
            if (!line.startsWith(NAMES[k] + " ")) {
                throw new IllegalArgumentException(
                        "ticket of source 0: got '" + line + "', expected a line '" + NAMES[k] + " ...'");
            }
            values[k] = line.substring(NAMES[k].length() + 1);
            if (k < NAMES.length - 1 && !values[k].equals(expected[k])) {
                throw new IllegalArgumentException(NAMES[k] + ": got " + values[k] + " from source 0, expected "
                        + expected[k] + " as source " + self + " has");
            }
        }
        if (values[4].length() != 2 * Nccl.ID_BYTES) {
            throw new IllegalArgumentException("ticket of source 0: got an id of " + values[4].length() / 2
                    + " bytes, expected " + Nccl.ID_BYTES);
        }
        return new ExchangeTicket(own.sources, own.settings, own.fingerprint, values[4]);
    }
}
