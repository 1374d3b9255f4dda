// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads one line of a problem file, a JSON object:
 *
 * <pre>
 *   id      text
 *   ranks   number of ranks, 1 to 65,536
 *   fixed   [ranks]                                loads that cannot move
 *   items   [items] of [load, [host ranks]]        loads that can be split; at most 1,048,576
 *   speed   [ranks]                                optional; 1 everywhere if absent
 *   rankLimit     a number, or [ranks]             optional; the most that a rank takes, fixed load included
 *   replicaLimit  a number, or [items] of [hosts]  optional; the most that a host takes of an item
 * </pre>
 *
 * <p>A limit of null is none. A field {@code optimum} is allowed and not read; any other field is refused. Loads and limits are
 * finite and not negative, hosts are different ranks, speeds are positive.
 */
public final class ProblemLineParser {
    private static final int RANK_LIMIT = 1 << 16;
    private static final int ITEM_LIMIT = 1 << 20;

    private final JsonParser parser;
    private @Nullable String id;
    private int ranks;
    private double @Nullable [] fixed;
    private double @Nullable [] speed;
    private double @Nullable [] loads;
    private final LimitFields limits;
    private final List<int[]> hosts = new ArrayList<>();

    private ProblemLineParser(JsonParser parser) {
        this.parser = parser;
        limits = new LimitFields(parser);
    }

    /**
     * Reads the problem in {@code length} bytes of UTF-8.
     *
     * @throws FormatException naming the field, what was got and what was expected
     */
    public static ProblemLine parse(byte[] line, int length) throws FormatException {
        try (JsonParser parser = Json.FACTORY.createParser(line, 0, length)) {
            ProblemLineParser fields = new ProblemLineParser(parser);
            fields.read();
            return fields.toProblem();
        } catch (FormatException e) {
            throw e;
        } catch (IOException e) {
            throw Json.malformed(e);
        } catch (IllegalArgumentException e) {
            throw new FormatException(String.valueOf(e.getMessage()), e);
        }
    }

    private void read() throws IOException {
        parser.nextToken();
        Json.require(parser, JsonToken.START_OBJECT, "line", "an object");
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "id" -> {
                    Json.require(parser, JsonToken.VALUE_STRING, name, "text");
                    id = parser.getText();
                }
                case "ranks" -> ranks = readInt(name, 1, RANK_LIMIT);
                case "fixed" -> fixed = readNumbers(name);
                case "speed" -> speed = readNumbers(name);
                case "items" -> loads = readItems();
                case "rankLimit" -> limits.readRanks(name);
                case "replicaLimit" -> limits.readReplicas(name);
                case "optimum" -> parser.skipChildren();
                default ->
                    throw new FormatException(
                            Printable.quoted(name)
                                    + ": got an unknown field, expected id, ranks, fixed, items, speed, rankLimit, replicaLimit or optimum");
            }
        }
        Json.requireEnd(parser);
    }

    private ProblemLine toProblem() throws FormatException {
        String name = present("id", id);
        if (ranks == 0) {
            throw missing("ranks");
        }
        double[] fixedLoads = present("fixed", fixed);
        double[] itemLoads = present("items", loads);
        if (fixedLoads.length != ranks) {
            throw new FormatException("fixed: got " + fixedLoads.length + " numbers, expected " + ranks + " (ranks)");
        }
        MinMaxProblem problem = MinMaxProblem.of(ranks, speed, hosts.toArray(new int[0][]));
        MinMaxBatch batch = MinMaxBatch.of(problem, fixedLoads, itemLoads);
        batch.requireValid();
        limits.setOn(problem, batch.limits());
        return new ProblemLine(name, problem, batch);
    }

    private static <T> T present(String field, @Nullable T value) throws FormatException {
        if (value == null) {
            throw missing(field);
        }
        return value;
    }

    private static FormatException missing(String field) {
        return new FormatException(field + ": got nothing, expected this field");
    }

    private double[] readItems() throws IOException {
        Json.require(parser, JsonToken.START_ARRAY, "items", "an array of [load, [hosts]]");
        double[] result = new double[16];
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            int item = hosts.size();
            if (item == ITEM_LIMIT) {
                throw new FormatException("items: got more than " + ITEM_LIMIT + ", expected at most as many");
            }
            if (item == result.length) {
                result = Arrays.copyOf(result, 2 * item);
            }
            String where = "item " + item;
            Json.require(parser, JsonToken.START_ARRAY, where, "[load, [hosts]]");
            parser.nextToken();
            result[item] = readNumber(where + ", load");
            parser.nextToken();
            hosts.add(readHosts(where));
            parser.nextToken();
            Json.require(parser, JsonToken.END_ARRAY, where + ", after the hosts", "the end of the item");
        }
        return Arrays.copyOf(result, hosts.size());
    }

    private int[] readHosts(String where) throws IOException {
        Json.require(parser, JsonToken.START_ARRAY, where + ", hosts", "an array of ranks");
        int[] result = new int[4];
        int n = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (n == RANK_LIMIT) {
                throw new FormatException(where + ": got more than " + RANK_LIMIT + " hosts, expected fewer");
            }
            if (n == result.length) {
                result = Arrays.copyOf(result, 2 * n);
            }
            result[n] = readInt(where + ", host " + n, 0, RANK_LIMIT - 1);
            n++;
        }
        return Arrays.copyOf(result, n);
    }

    private double[] readNumbers(String where) throws IOException {
        Json.require(parser, JsonToken.START_ARRAY, where, "an array of numbers");
        double[] result = new double[16];
        int n = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (n == RANK_LIMIT) {
                throw new FormatException(where + ": got more than " + RANK_LIMIT + " numbers, expected fewer");
            }
            if (n == result.length) {
                result = Arrays.copyOf(result, 2 * n);
            }
            result[n] = readNumber(where + "[" + n + "]");
            n++;
        }
        return Arrays.copyOf(result, n);
    }

    private double readNumber(String where) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == null || !token.isNumeric()) {
            throw Json.unexpected(parser, where, "a number");
        }
        double value = parser.getDoubleValue();
        if (!(value >= 0) || value == Double.POSITIVE_INFINITY) {
            throw Json.unexpected(parser, where, "a finite number of at least 0");
        }
        return value;
    }

    private int readInt(String where, int least, int most) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                && parser.getNumberType() == JsonParser.NumberType.INT
                && parser.getIntValue() >= least
                && parser.getIntValue() <= most) {
            return parser.getIntValue();
        }
        throw Json.unexpected(parser, where, "an integer from " + least + " to " + most);
    }
}
