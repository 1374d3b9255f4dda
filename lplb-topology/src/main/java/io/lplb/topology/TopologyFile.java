// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.topology;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a custom topology from a text file (UTF-8):
 *
 * <pre>
 *   # a ring of four ranks; everything after '#' is a comment
 *   1        # rank 0 holds copies of rank 1's experts
 *   2
 *   3
 *   0
 * </pre>
 *
 * <p>Every line that is not empty is a rank, in order from 0. It lists the ranks whose experts that rank copies, one
 * per replica set: the row of r2o, as integers separated by blanks or by one comma each.
 */
public final class TopologyFile {
    private static final int BYTE_LIMIT = 16 << 20;
    private static final int SHOWN = 40;

    private TopologyFile() {}

    /**
     * Reads a file; the topology's name is the file's, without what follows its last dot.
     *
     * @param file UTF-8 with or without a byte order mark, a line per rank
     * @return the topology in the file
     * @throws IOException if the file cannot be read, or is not UTF-8; it may have 16 MiB
     * @throws IllegalArgumentException if it holds no topology, naming file, line and entry (counted from 0)
     */
    public static ReplicaTopology read(Path file) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(BYTE_LIMIT + 1);
        }
        if (bytes.length > BYTE_LIMIT) {
            throw new IllegalArgumentException(
                    file + ": got more than " + BYTE_LIMIT + " bytes, expected the lines of a topology");
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            // A byte order mark, which some editors put at the start of UTF-8 files, is no part of the text.
            return parse(
                    file,
                    (text.startsWith("\uFEFF") ? text.substring(1) : text)
                            .lines()
                            .toList());
        } catch (CharacterCodingException e) {
            throw new IOException("cannot read " + file + " as UTF-8 text: " + e.getMessage(), e);
        }
    }

    private static ReplicaTopology parse(Path file, List<String> lines) {
        List<int[]> rows = new ArrayList<>();
        List<Integer> lineOfRow = new ArrayList<>();
        for (int k = 0; k < lines.size(); k++) {
            String line = lines.get(k);
            int comment = line.indexOf('#');
            String content = (comment < 0 ? line : line.substring(0, comment)).strip();
            if (!content.isEmpty()) {
                rows.add(row(file + ":" + (k + 1), content));
                lineOfRow.add(k + 1);
            }
        }
        if (rows.isEmpty()) {
            throw new IllegalArgumentException(file + ": got no rank, expected one line of integers for each rank");
        }
        return ReplicaTopology.of(nameOf(file), rows.toArray(int[][]::new), r -> file + ":" + lineOfRow.get(r));
    }

    private static int[] row(String place, String content) {
        String[] words = content.split("\\s*,\\s*|\\s+", -1);
        int[] row = new int[words.length];
        for (int d = 0; d < row.length; d++) {
            try {
                row[d] = Integer.parseInt(words[d]);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(
                        place + "[" + d + "]: got \"" + shown(words[d]) + "\", expected the number of a rank", e);
            }
        }
        return row;
    }

    private static String shown(String word) {
        return word.length() > SHOWN ? word.substring(0, SHOWN) + "..." : word;
    }

    private static String nameOf(Path file) {
        Path last = file.getFileName();
        String name = last == null ? file.toString() : last.toString();
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }
}
