// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.lplb.problem.LoadLimits;
import io.lplb.problem.MinMaxProblem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Limits in a line of a problem file: {@code rankLimit} and {@code replicaLimit}. One number holds for all; null is no limit.
 *
 * <pre>
 *   rankLimit      40   or   [40, null, 25]            per rank
 *   replicaLimit   12   or   [[12, 8], [null, 9, 9]]   per item, per host
 * </pre>
 */
final class LimitFields {
    private final JsonParser parser;
    private double @Nullable [] ranks;
    private @Nullable List<double[]> items;
    private double allRanks = Double.POSITIVE_INFINITY;
    private double allReplicas = Double.POSITIVE_INFINITY;

    LimitFields(JsonParser parser) {
        this.parser = parser;
    }

    /** Reads the value of {@code rankLimit}. */
    void readRanks(String name) throws IOException {
        if (parser.currentToken() == JsonToken.START_ARRAY) {
            ranks = readArray(name);
        } else {
            allRanks = readLimit(name);
        }
    }

    /** Reads the value of {@code replicaLimit}. */
    void readReplicas(String name) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            allReplicas = readLimit(name);
            return;
        }
        List<double[]> read = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            String where = name + "[" + read.size() + "]";
            Json.require(parser, JsonToken.START_ARRAY, where, "an array of limits");
            read.add(readArray(where));
        }
        items = read;
    }

    private double[] readArray(String where) throws IOException {
        double[] result = new double[8];
        int n = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            result = n == result.length ? Arrays.copyOf(result, 2 * n) : result;
            result[n] = readLimit(where + "[" + n + "]");
            n++;
        }
        return Arrays.copyOf(result, n);
    }

    private double readLimit(String where) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.VALUE_NULL) {
            return Double.POSITIVE_INFINITY;
        }
        double value = token != null && token.isNumeric() ? parser.getDoubleValue() : -1;
        if (!(value >= 0) || value == Double.POSITIVE_INFINITY) {
            throw Json.unexpected(parser, where, "a finite number of at least 0, or null for no limit");
        }
        return value;
    }

    /** Sets what was read, of the right lengths, on the only group of a batch. */
    void setOn(MinMaxProblem problem, LoadLimits limits) throws FormatException {
        double[] ofRank = ranks;
        if (ofRank == null) {
            ofRank = new double[problem.ranks()];
            Arrays.fill(ofRank, allRanks);
        }
        requireLength("rankLimit", ofRank.length, problem.ranks(), "ranks");
        double[] ofEntry = new double[problem.entries()];
        Arrays.fill(ofEntry, allReplicas);
        List<double[]> ofItem = items;
        if (ofItem != null) {
            requireLength("replicaLimit", ofItem.size(), problem.items(), "items");
            for (int i = 0; i < problem.items(); i++) {
                double[] ofHost = ofItem.get(i);
                requireLength("replicaLimit[" + i + "]", ofHost.length, problem.hostCount(i), "hosts");
                System.arraycopy(ofHost, 0, ofEntry, problem.firstEntry(i), ofHost.length);
            }
        }
        limits.setRanks(0, ofRank, 0);
        limits.setEntries(0, ofEntry, 0);
    }

    private static void requireLength(String name, int got, int expected, String of) throws FormatException {
        if (got != expected) {
            throw new FormatException(name + ": got " + got + " limits, expected " + expected + " (" + of + ")");
        }
    }
}
