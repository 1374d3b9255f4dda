// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace.engine;

import io.lplb.trace.FileTrace;
import io.lplb.trace.FormatException;
import io.lplb.trace.LineReader;
import io.lplb.trace.Printable;
import io.lplb.trace.TraceOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Trace of a text file of whole numbers with commas between them, in one of two forms:
 *
 * <pre>
 *   a line per layer, an empty line between steps      a line per count, in the order of steps, with a head
 *
 *   12,0,7,5                                           step,layer,expert,tokens
 *   3,3,8,10                                           0,0,0,12
 *                                                      0,0,2,7
 *   11,1,6,6                                           1,0,0,11
 *   2,4,9,9
 * </pre>
 *
 * <p>The head names the columns in any order, and may have a column {@code source}. Counts of the same place are added. Lines have at most
 * 16 MiB. The second form is read once when it is opened, for its sizes.
 */
public final class CsvTrace extends FileTrace {
    private static final int LINE_LIMIT = 1 << 24;
    private static final List<String> COLUMNS = List.of("step", "layer", "expert", "tokens", "source");
    private static final int STEP = 0;
    private static final int LAYER = 1;
    private static final int EXPERT = 2;
    private static final int TOKENS = 3;
    private static final int SOURCE = 4;

    private final Path file;
    private final int @Nullable [] columns;
    private Lines lines;
    private long @Nullable [][] first;

    /** Lines of numbers. */
    private static final class Lines implements AutoCloseable {
        private final InputStream in;
        private final LineReader reader;
        private long[] numbers = new long[64];
        private int count;
        private boolean pending;

        Lines(Path file) throws IOException {
            in = Files.newInputStream(file);
            reader = new LineReader(in, LINE_LIMIT);
        }

        /** Reads the numbers of the next line, none of an empty one; returns false at the end of the file. */
        boolean next() throws IOException {
            if (pending) {
                pending = false;
                return true;
            }
            if (!text()) {
                return false;
            }
            count = 0;
            for (int at = 0; !reader.blank() && at <= reader.length(); ) {
                int end = at;
                while (end < reader.length() && reader.bytes()[end] != ',') {
                    end++;
                }
                numbers = count == numbers.length ? Arrays.copyOf(numbers, 2 * count) : numbers;
                numbers[count++] = number(at, end);
                at = end + 1;
            }
            return true;
        }

        /** Lets the next call return the same line again. */
        void again() {
            pending = true;
        }

        boolean text() throws IOException {
            if (!reader.next()) {
                return false;
            }
            if (reader.tooLong()) {
                throw new FormatException(where() + ": got more than " + LINE_LIMIT + " bytes, expected fewer");
            }
            return true;
        }

        String line() {
            return new String(reader.bytes(), 0, reader.length(), StandardCharsets.UTF_8);
        }

        private long number(int from, int to) throws FormatException {
            String text = new String(reader.bytes(), from, to - from, StandardCharsets.ISO_8859_1).strip();
            try {
                if (!text.startsWith("+") && text.length() < 20) {
                    long number = Long.parseLong(text);
                    if (number >= 0) {
                        return number;
                    }
                }
            } catch (NumberFormatException e) {
                // The same message as for negative numbers.
            }
            throw new FormatException(where() + ", number " + (count + 1) + ": got " + Printable.quoted(text)
                    + ", expected a whole number from 0 to 2^63 - 1");
        }

        String where() {
            return "line " + reader.number();
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }

    private CsvTrace(
            Path file,
            Lines lines,
            long[] sizes,
            int @Nullable [] columns,
            long @Nullable [][] first,
            TraceOptions options)
            throws FormatException {
        super(file, "CSV", sizes[LAYER], experts(sizes[EXPERT], options), sizes[SOURCE]);
        this.file = file;
        this.lines = lines;
        this.columns = columns;
        this.first = first;
    }

    /** Returns whether the start of a file looks like one of the two forms. */
    public static boolean isStart(String start) {
        String line = start.strip().lines().findFirst().orElse("").toLowerCase(Locale.ROOT);
        return line.matches("[0-9 ]+,[0-9 ,]*") || (line.contains("expert") && line.contains(","));
    }

    /**
     * Opens a file.
     *
     * @throws FormatException naming the file and the line, if it is not as described above
     * @throws IOException if it cannot be read
     */
    public static CsvTrace open(Path file, TraceOptions options) throws IOException {
        return naming(file, () -> {
            Lines lines = new Lines(file);
            try {
                boolean any = lines.text();
                while (any && lines.reader.blank()) {
                    any = lines.text();
                }
                String head = any ? lines.line() : "";
                if (head.chars().anyMatch(Character::isLetter)) {
                    int[] columns = columns(head);
                    long[] sizes = sizes(lines, columns);
                    lines.close();
                    lines = afterHead(file);
                    return new CsvTrace(file, lines, sizes, columns, null, options);
                }
                lines.close();
                lines = new Lines(file);
                long[][] first = layers(lines, -1);
                if (first.length == 0) {
                    throw new FormatException("got no numbers, expected a line per layer");
                }
                return new CsvTrace(
                        file, lines, new long[] {0, first.length, first[0].length, 0, 1}, null, first, options);
            } catch (IOException | RuntimeException e) {
                lines.close();
                throw e;
            }
        });
    }

    private static int[] columns(String head) throws FormatException {
        List<String> names = Arrays.stream(head.split(",", -1))
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .toList();
        int[] columns = new int[COLUMNS.size()];
        for (int c = 0; c < columns.length; c++) {
            columns[c] = names.indexOf(COLUMNS.get(c));
        }
        if (names.size() > COLUMNS.size()
                || !COLUMNS.containsAll(names)
                || names.stream().distinct().count() != names.size()
                || Arrays.stream(columns, 0, SOURCE).anyMatch(column -> column < 0)) {
            throw new FormatException("line 1: got columns " + Printable.oneLine(names.toString())
                    + ", expected step, layer, expert, tokens and perhaps source");
        }
        return columns;
    }

    private static Lines afterHead(Path file) throws IOException {
        Lines lines = new Lines(file);
        boolean any = lines.text();
        while (any && lines.reader.blank()) {
            any = lines.text();
        }
        return lines;
    }

    private static long[] sizes(Lines lines, int[] columns) throws IOException {
        long[] sizes = {0, 0, 0, 0, 1};
        while (lines.next()) {
            if (lines.count > 0) {
                requireColumns(lines, columns);
                for (int c : new int[] {LAYER, EXPERT, SOURCE}) {
                    long index = columns[c] < 0 ? 0 : lines.numbers[columns[c]];
                    sizes[c] = Math.max(sizes[c], Math.min(index, Long.MAX_VALUE - 1) + 1);
                }
            }
        }
        return sizes;
    }

    private static void requireColumns(Lines lines, int[] columns) throws FormatException {
        int expected = columns[SOURCE] < 0 ? SOURCE : SOURCE + 1;
        if (lines.count != expected) {
            throw new FormatException(
                    lines.where() + ": got " + lines.count + " numbers, expected " + expected + " as in the head");
        }
    }

    /** Reads the lines of a step up to an empty line; no layer at the end of the file. */
    private static long[][] layers(Lines lines, int experts) throws IOException {
        List<long[]> layers = new ArrayList<>();
        while (lines.next() && (lines.count > 0 || layers.isEmpty())) {
            if (lines.count > 0) {
                int expected = layers.isEmpty() ? experts : layers.getFirst().length;
                if (expected >= 0 && lines.count != expected) {
                    throw new FormatException(lines.where() + ": got " + lines.count + " numbers, expected " + expected
                            + " as in the first line");
                }
                layers.add(Arrays.copyOf(lines.numbers, lines.count));
                requireSizes(layers.size(), lines.count, 1);
            }
        }
        return layers.toArray(new long[0][]);
    }

    @Override
    protected boolean read() throws IOException {
        return columns == null ? readLayers() : readCounts(columns);
    }

    private boolean readLayers() throws IOException {
        long[][] layers = first;
        first = null;
        if (layers == null) {
            layers = layers(lines, -1);
        }
        if (layers.length == 0) {
            return false;
        }
        if (layers.length != layers() || layers[0].length > experts()) {
            throw new FormatException(
                    lines.where() + ": got a step of " + layers.length + " layers and " + layers[0].length
                            + " experts, expected " + layers() + " and " + experts() + " as in the first step");
        }
        for (int layer = 0; layer < layers.length; layer++) {
            for (int e = 0; e < layers[layer].length; e++) {
                add(layer, e, layers[layer][e]);
            }
        }
        return true;
    }

    private boolean readCounts(int[] columns) throws IOException {
        long step = -1;
        while (lines.next()) {
            if (lines.count == 0) {
                continue;
            }
            requireColumns(lines, columns);
            long[] row = lines.numbers;
            if (step >= 0 && row[columns[STEP]] != step) {
                if (row[columns[STEP]] < step) {
                    throw new FormatException(lines.where() + ": got step " + row[columns[STEP]] + " after step " + step
                            + ", expected growing steps");
                }
                lines.again();
                return true;
            }
            step = row[columns[STEP]];
            int source = columns[SOURCE] < 0 ? 0 : (int) row[columns[SOURCE]];
            add((int) row[columns[LAYER]], source, (int) row[columns[EXPERT]], row[columns[TOKENS]]);
        }
        return step >= 0;
    }

    @Override
    protected void restart() throws IOException {
        lines.close();
        lines = columns == null ? new Lines(file) : afterHead(file);
        first = null;
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
