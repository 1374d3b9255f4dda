// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace.engine;

import io.lplb.trace.FormatException;
import io.lplb.trace.LineReader;
import io.lplb.trace.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Balance of ranks that vLLM logs with {@code --eplb-config '{"log_balancedness": true}'} (vllm-project/vllm,
 * {@code vllm/distributed/eplb/eplb_state.py}, {@code EplbState.step}): one line per step,
 *
 * <pre>
 *   EPLB step: 10 for model NAME: avg_tokens=812.50, max_tokens=1300, balancedness=0.6250, steps until the next rearrangement: 2990
 *   EPLB step: avg_tokens=812.50, max_tokens=1300, balancedness=0.6250                                          (older versions)
 * </pre>
 *
 * <p>{@code avg_tokens} is the sum over the layers of the mean tokens per rank, {@code max_tokens} the sum over the layers of the most tokens of
 * a rank, and {@code balancedness} their quotient. The log has no loads of experts, so it is no {@link io.lplb.trace.Trace}.
 *
 * @param steps lines of that form
 * @param models names of models, 0 if the lines name none
 * @param meanTokens mean of {@code avg_tokens}
 * @param largest largest {@code max_tokens}
 * @param meanBalance mean of {@code balancedness}
 * @param leastBalance least of {@code balancedness}
 */
public record BalanceLog(
        long steps, int models, double meanTokens, long largest, double meanBalance, double leastBalance) {
    private static final int LINE_LIMIT = 1 << 16;
    private static final int MODEL_LIMIT = 1 << 10;
    private static final String MARK = "EPLB step: ";
    private static final Pattern LINE = Pattern.compile(
            "EPLB step: (?:[0-9]{1,18} for model ([^\\s:]{1,256}(?::[^\\s:]{1,256})?): )?"
                    + "avg_tokens=([0-9]{1,18}(?:\\.[0-9]{1,9})?), max_tokens=([0-9]{1,18}), balancedness=([0-9]{1,3}(?:\\.[0-9]{1,9})?).*");

    /** Returns whether a file begins with text, as a log does. */
    public static boolean isText(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            for (byte b : in.readNBytes(256)) {
                if (b >= 0 && b < ' ' && b != '\n' && b != '\r' && b != '\t' && b != 27) {
                    return false;
                }
            }
            return true;
        }
    }

    /**
     * Reads a log; other lines are ignored.
     *
     * @return empty if no line is of that form
     * @throws FormatException naming the file and the line, if a line begins so and goes on otherwise
     * @throws IOException if it cannot be read
     */
    public static Optional<BalanceLog> read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            LineReader lines = new LineReader(in, LINE_LIMIT);
            TreeSet<String> models = new TreeSet<>();
            long steps = 0;
            double tokens = 0;
            long largest = 0;
            double balance = 0;
            double least = Double.POSITIVE_INFINITY;
            while (lines.next()) {
                String line = new String(lines.bytes(), 0, lines.length(), StandardCharsets.UTF_8);
                int at = line.indexOf(MARK);
                if (at < 0) {
                    continue;
                }
                Matcher matcher = LINE.matcher(line.substring(at));
                if (!matcher.matches()) {
                    throw new FormatException(
                            file + ": line " + lines.number() + ": got " + Printable.quoted(line.substring(at))
                                    + ", expected avg_tokens, max_tokens and balancedness");
                }
                if (matcher.group(1) != null && models.size() < MODEL_LIMIT) {
                    models.add(matcher.group(1));
                }
                steps++;
                tokens += Double.parseDouble(matcher.group(2));
                largest = Math.max(largest, Long.parseLong(matcher.group(3)));
                double one = Double.parseDouble(matcher.group(4));
                balance += one;
                least = Math.min(least, one);
            }
            return steps == 0
                    ? Optional.empty()
                    : Optional.of(
                            new BalanceLog(steps, models.size(), tokens / steps, largest, balance / steps, least));
        }
    }
}
