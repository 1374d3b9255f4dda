// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Damaged copies of a small file: cut at every byte, every bit flipped, and random damage by a seed. */
public final class Damage {
    private static final List<String> PIECES = List.of(
            "[",
            "]",
            "{",
            "}",
            ",",
            ":",
            "\"",
            "\\",
            "\\u0000",
            "\u0000",
            "-",
            "1e999999999",
            "-1",
            "NaN",
            "null",
            "true",
            "99999999999999999999",
            "0x10",
            "1099511627776",
            "\n",
            "\r",
            "\ufeff",
            "'",
            "(",
            ")",
            "0.5",
            "\ud83d\ude00");
    private static final int MOST_HITS = 4;

    private Damage() {}

    /** Returns the file without its last byte, its last two bytes, ... down to nothing. */
    public static List<byte[]> cuts(byte[] file) {
        List<byte[]> damaged = new ArrayList<>();
        for (int length = 0; length < file.length; length++) {
            damaged.add(Arrays.copyOf(file, length));
        }
        return damaged;
    }

    /** Returns the file with one bit flipped, for every bit. */
    public static List<byte[]> flips(byte[] file) {
        List<byte[]> damaged = new ArrayList<>();
        for (int bit = 0; bit < 8 * file.length; bit++) {
            byte[] copy = file.clone();
            copy[bit / 8] ^= (byte) (1 << (bit % 8));
            damaged.add(copy);
        }
        return damaged;
    }

    /** Returns the file with pieces of JSON, NumPy headers and nonsense put in, taken out, repeated or overwritten. */
    public static List<byte[]> random(byte[] file, long seed, int count) {
        Random random = new Random(seed);
        List<byte[]> damaged = new ArrayList<>();
        for (int k = 0; k < count; k++) {
            byte[] copy = file.clone();
            for (int hit = 0; hit <= random.nextInt(MOST_HITS); hit++) {
                copy = hit(copy, random);
            }
            damaged.add(copy);
        }
        return damaged;
    }

    private static byte[] hit(byte[] file, Random random) {
        int from = random.nextInt(file.length + 1);
        int to = Math.min(file.length, from + random.nextInt(12));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(file, 0, from);
        switch (random.nextInt(4)) {
            case 0 -> out.writeBytes(PIECES.get(random.nextInt(PIECES.size())).getBytes(StandardCharsets.UTF_8));
            case 1 -> {
                byte[] noise = new byte[1 + random.nextInt(6)];
                random.nextBytes(noise);
                out.writeBytes(noise);
            }
            case 2 -> out.write(file, from, to - from);
            default -> from = to;
        }
        out.write(file, from, file.length - from);
        return out.toByteArray();
    }
}
