// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cost;

import io.lplb.cost.ProfileException.Fault;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reader of the text form of a {@link CostProfile}. */
final class ProfileParser {
    final String origin;
    String name = "profile";
    String source = "not stated";
    int[] columns = {};
    int multiprocessors;
    final List<long[]> counts = new ArrayList<>();
    final List<Double> micros = new ArrayList<>();

    private final String[] lines;
    private boolean unit;
    private boolean inPoints;

    ProfileParser(String origin, String text) {
        this.origin = origin;
        this.lines = text.split("\\R", -1);
    }

    CostProfile parse() {
        for (int k = 0; k < lines.length; k++) {
            String line = lines[k].strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                if (inPoints) {
                    point(k + 1, line);
                } else {
                    header(k + 1, line);
                }
            }
        }
        if (!unit) {
            throw new ProfileException(Fault.WRONG_UNIT, origin + ": got no line unit:, expected unit: us");
        }
        return CostProfile.parsed(this);
    }

    private void header(int number, String line) {
        int colon = line.indexOf(':');
        String key = colon < 0 ? line : line.substring(0, colon);
        String value = colon < 0 ? "" : line.substring(colon + 1).strip();
        switch (key) {
            case "name" -> name = value;
            case "source" -> source = value;
            case "unit" -> {
                if (!value.equals("us")) {
                    throw new ProfileException(
                            Fault.WRONG_UNIT, at(number) + "unit: got " + value + ", expected us (microseconds)");
                }
                unit = true;
            }
            case "columns" ->
                columns = Arrays.stream(numbers(number, value))
                        .mapToInt(Math::toIntExact)
                        .toArray();
            case "multiprocessors" -> multiprocessors = (int) numbers(number, value)[0];
            case "points" -> inPoints = true;
            default -> throw malformed(number, line, "name:, source:, unit:, columns:, multiprocessors: or points:");
        }
    }

    private void point(int number, String line) {
        String[] word = line.split("[\\s,]+", -1);
        if (word.length < 2) {
            throw malformed(number, line, "microseconds and the tokens of each slot");
        }
        double us;
        try {
            us = Double.parseDouble(word[0]);
        } catch (NumberFormatException e) {
            throw malformed(number, word[0], "a number of microseconds");
        }
        long[] tokens = new long[word.length - 1];
        for (int k = 0; k < tokens.length; k++) {
            tokens[k] = number(number, word[k + 1]);
        }
        micros.add(us);
        counts.add(tokens);
    }

    private long[] numbers(int number, String value) {
        String[] word = value.split("[\\s,]+", -1);
        long[] result = new long[word.length];
        for (int k = 0; k < word.length; k++) {
            result[k] = number(number, word[k]);
            if (result[k] < 1 || result[k] > Integer.MAX_VALUE) {
                throw malformed(number, word[k], "a positive number");
            }
        }
        return result;
    }

    private long number(int number, String word) {
        try {
            return Long.parseLong(word);
        } catch (NumberFormatException e) {
            throw malformed(number, word, "a whole number");
        }
    }

    private ProfileException malformed(int number, String got, String expected) {
        return new ProfileException(Fault.MALFORMED, at(number) + "got " + got + ", expected " + expected);
    }

    private String at(int number) {
        return origin + ", line " + number + ": ";
    }
}
