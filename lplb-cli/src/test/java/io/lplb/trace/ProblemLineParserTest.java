// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.problem.MinMaxProblem;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProblemLineParserTest {
    private static ProblemLine parse(String line) throws FormatException {
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        return ProblemLineParser.parse(bytes, bytes.length);
    }

    @Test
    void readsAllFields() throws FormatException {
        ProblemLine line = parse(
                "{\"items\":[[5,[1,0]],[0.5,[2]]],\"optimum\":{\"x\":[1]},\"speed\":[1,2,0.5],\"id\":\"a \u00e9\","
                        + "\"ranks\":3,\"fixed\":[1,2e3,0]} ");
        assertEquals("a \u00e9", line.id());
        assertEquals(MinMaxProblem.of(3, new double[] {1, 2, 0.5}, new int[][] {{1, 0}, {2}}), line.problem());
        assertArrayEquals(new double[] {1, 2000, 0}, line.loads().fixed());
        assertArrayEquals(new double[] {5, 0.5}, line.loads().load());
    }

    @Test
    void speedsAndItemsMayBeAbsentOrEmpty() throws FormatException {
        ProblemLine line = parse("{\"id\":\"\",\"ranks\":1,\"fixed\":[4],\"items\":[]}");
        assertTrue(line.problem().hasUnitSpeeds());
        assertEquals(0, line.problem().items());
    }

    @Test
    void readsMoreItemsThanTheFirstArraysHold() throws FormatException {
        StringBuilder text =
                new StringBuilder("{\"id\":\"x\",\"ranks\":40,\"fixed\":[0" + ",1".repeat(39) + "],\"items\":[");
        for (int i = 0; i < 100; i++) {
            text.append(i == 0 ? "" : ",").append("[").append(i).append(",[0,1,2,3,4,5,6,7,8]]");
        }
        ProblemLine line = parse(text + "]}");
        assertEquals(100, line.problem().items());
        assertEquals(900, line.problem().entries());
        assertEquals(99, line.loads().load()[99]);
        assertEquals(8, line.problem().host(899));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "[]; line: got an array, expected an object",
                "7; line: got 7",
                "{; not JSON: ",
                "{\"ranks\":1,\"fixed\":[1],\"items\":[]}; id: got nothing, expected this field",
                "{\"id\":\"a\",\"fixed\":[1],\"items\":[]}; ranks: got nothing",
                "{\"id\":\"a\",\"ranks\":1,\"items\":[]}; fixed: got nothing",
                "{\"id\":\"a\",\"ranks\":1,\"fixed\":[1]}; items: got nothing",
                "{\"id\":3}; id: got 3, expected text",
                "{\"id\":null}; id: got null, expected text",
                "{\"ranks\":0}; ranks: got 0, expected an integer from 1 to 65536",
                "{\"ranks\":65537}; ranks: got 65537",
                "{\"ranks\":-1}; ranks: got -1",
                "{\"ranks\":8.0}; ranks: got 8.0, expected an integer",
                "{\"ranks\":\"8\"}; ranks: got \"8\", expected an integer",
                "{\"ranks\":99999999999999999999}; ranks: got 99999999999999999999",
                "{\"ranks\":1,\"ranks\":1}; not JSON: Duplicate field 'ranks'",
                "{\"optimum\":{\"y\":1,\"y\":2}}; not JSON: Duplicate field 'y'",
                "{\"fixed\":3}; fixed: got 3, expected an array of numbers",
                "{\"fixed\":[\"3\"]}; fixed[0]: got \"3\", expected a number",
                "{\"fixed\":[1,NaN]}; not JSON: Non-standard token 'NaN'",
                "{\"fixed\":[1,Infinity]}; not JSON: ",
                "{\"fixed\":[1,1e999]}; fixed[1]: got 1e999, expected a finite number of at least 0",
                "{\"fixed\":[1,-0.5]}; fixed[1]: got -0.5, expected a finite number of at least 0",
                "{\"fixed\":[null]}; fixed[0]: got null",
                "{\"fixed\":[[1]]}; fixed[0]: got an array",
                "{\"items\":[3]}; item 0: got 3, expected [load, [hosts]]",
                "{\"items\":[[]]}; item 0, load: got the end of it, expected a number",
                "{\"items\":[[1]]}; item 0, hosts: got the end of it, expected an array of ranks",
                "{\"items\":[[1,[0]],[-1,[0]]]}; item 1, load: got -1",
                "{\"items\":[[1,[0],2]]}; item 0, after the hosts: got 2",
                "{\"items\":[[1,[0.5]]]}; item 0, host 0: got 0.5, expected an integer",
                "{\"items\":[[1,[-1]]]}; item 0, host 0: got -1",
                "{\"items\":{\"a\":1}}; items: got an object",
                "{\"id\":\"a\",\"ranks\":2,\"fixed\":[1],\"items\":[]}; fixed: got 1 numbers, expected 2 (ranks)",
                "{\"id\":\"a\",\"ranks\":1,\"fixed\":[1],\"items\":[[1,[]]]}; item 0: got no host",
                "{\"id\":\"a\",\"ranks\":1,\"fixed\":[1],\"items\":[[1,[1]]]}; item 0, host 0: got rank 1, expected 0..0",
                "{\"id\":\"a\",\"ranks\":1,\"fixed\":[1],\"items\":[[1,[0,0]]]}; item 0: got rank 0 twice",
                "{\"id\":\"a\",\"ranks\":1,\"fixed\":[1],\"items\":[],\"speed\":[]}; speed: got length 0, expected 1",
                "{\"id\":\"a\",\"ranks\":1,\"fixed\":[1],\"items\":[],\"speed\":[0]}; speed of rank 0: got 0.0",
                "{\"id\":\"a\",\"ranks\":2,\"fixed\":[1,1e308],\"items\":[]}; fixed load of group 0, rank 1: got 1.0E308",
                "{\"id\":\"a\",\"ranks\":1,\"fixed\":[1e149],\"items\":[],\"speed\":[1e-200]}; group 0: got 1.0E149 tokens on speeds from 1.0E-200",
                "{\"id\":\"a\",\"ranks\":1,\"fixed\":[1],\"items\":[],\"speeds\":[2]}; \"speeds\": got an unknown field, expected",
                "{\"rankLimit\":-1}; rankLimit: got -1, expected a finite number of at least 0, or null",
                "{\"rankLimit\":[1,\"2\"]}; rankLimit[1]: got \"2\", expected a finite number",
                "{\"rankLimit\":1e999}; rankLimit: got 1e999, expected a finite number",
                "{\"replicaLimit\":[3]}; replicaLimit[0]: got 3, expected an array of limits",
                "{\"replicaLimit\":[[null,-3]]}; replicaLimit[0][1]: got -3, expected a finite number",
                "{\"id\":\"a\",\"ranks\":1,\"fixed\":[1],\"items\":[],\"rankLimit\":[1,2]}; rankLimit: got 2 limits, expected 1 (ranks)",
                "{\"id\":\"a\",\"ranks\":1,\"fixed\":[1],\"items\":[[1,[0]]],\"replicaLimit\":[]}; replicaLimit: got 0 limits, expected 1 (items)",
                "{\"id\":\"a\",\"ranks\":1,\"fixed\":[1],\"items\":[[1,[0]]],\"replicaLimit\":[[1,2]]}; replicaLimit[0]: got 2 limits, expected 1 (hosts)",
                "{\"id\":\"a\",\"ranks\":1,\"fixed\":[1],\"items\":[]} {}; after the object: got an object",
                "{\"id\":\"a\",\"ranks\":1,\"fixed\":[1],\"items\":[]} ]; not JSON: ",
            })
    void namesTheField(String line, String message) {
        String got = Refusal.of(() -> parse(line));
        assertTrue(got.startsWith(message), got);
        assertEquals(1, got.lines().count(), got);
    }

    @Test
    void refusesTextThatIsNotUtf8() {
        byte[] line = {'{', '"', (byte) 0xff, (byte) 0xfe, '"', ':', '1', '}'};
        assertTrue(Refusal.of(() -> ProblemLineParser.parse(line, line.length)).startsWith("not JSON: "));
    }

    @Test
    void messagesShowNoControlCharactersAndNoLongText() {
        String got = Refusal.of(() -> parse("{\"ranks\":\"\\u001b[31m\\n" + "y".repeat(9999)));
        assertFalse(got.contains("\u001b") || got.contains("\n"), got);
        assertTrue(got.length() < 400, got);
    }

    @Test
    void refusesDeepNesting() {
        String line = "{\"optimum\":" + "[".repeat(5000) + "]".repeat(5000) + "}";
        assertTrue(Refusal.of(() -> parse(line)).startsWith("not JSON: "));
    }

    /** A damaged line gives a problem or a FormatException, nothing else. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void survivesDamagedLines(long seed) {
        Random random = new Random(seed);
        byte[] right = "{\"id\":\"a\",\"ranks\":3,\"fixed\":[1,2,0.5],\"items\":[[5,[1,0]],[1,[2]]],\"speed\":[1,2,1]}"
                .getBytes(StandardCharsets.UTF_8);
        int refused = 0;
        for (int round = 0; round < 2000; round++) {
            byte[] bytes = right.clone();
            for (int k = random.nextInt(3); k >= 0; k--) {
                int with = random.nextBoolean() ? random.nextInt(256) : "[]{},:\"0123-eE.".charAt(random.nextInt(15));
                bytes[random.nextInt(bytes.length)] = (byte) with;
            }
            try {
                ProblemLine line = ProblemLineParser.parse(bytes, bytes.length);
                assertEquals(line.problem().items(), line.loads().load().length);
            } catch (FormatException e) {
                refused++;
            }
        }
        assertTrue(refused > 500 && refused < 2000, "refused " + refused + " of 2000 with seed " + seed);
    }
}
