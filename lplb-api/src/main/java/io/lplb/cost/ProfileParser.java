// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cost;

import io.lplb.cost.ProfileException.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Reader of the text form of a {@link CostProfile}. */
final class ProfileParser {
    private static final Pattern DECIMAL = Pattern.compile("[+-]?(NaN|Infinity|[0-9.]+([eE][+-]?[0-9]+)?)");
    private static final int MOST_COLUMNS = 1 << 24;
    private static final int MOST_MULTIPROCESSORS = 1 << 16;
    private static final int MOST_LETTERS = 4096;

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
            case "name" -> name = words(number, "name", value);
            case "source" -> source = words(number, "source", value);
            case "unit" -> {
                if (!value.equals("us")) {
                    throw new ProfileException(
                            Fault.WRONG_UNIT, at(number) + "unit: got " + value + ", expected us (microseconds)");
                }
                unit = true;
            }
            case "columns" -> columns = numbers(number, key, value, MOST_COLUMNS);
            case "multiprocessors" -> {
                int[] one = numbers(number, key, value, MOST_MULTIPROCESSORS);
                if (one.length != 1) {
                    throw malformed(number, key + ": " + value, "one number");
                }
                multiprocessors = one[0];
            }
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
            if (!DECIMAL.matcher(word[0]).matches()) {
                throw new NumberFormatException(word[0]);
            }
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

    private int[] numbers(int number, String key, String value, int most) {
        String[] word = value.split("[\\s,]+", -1);
        int[] result = new int[word.length];
        for (int k = 0; k < word.length; k++) {
            long one = number(number, word[k]);
            if (one < 1 || one > most) {
                throw malformed(number, key + ": " + word[k], "1.." + most);
            }
            result[k] = (int) one;
        }
        return result;
    }

    private String words(int number, String key, String value) {
        if (value.length() > MOST_LETTERS || value.chars().anyMatch(Character::isISOControl)) {
            throw malformed(
                    number,
                    key + ": of " + value.length() + " characters",
                    "at most " + MOST_LETTERS + " characters, none of them a control character");
        }
        return value;
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
