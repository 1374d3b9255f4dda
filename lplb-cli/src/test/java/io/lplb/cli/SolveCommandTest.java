// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lplb.cli.EvenSolver.Counter;
import io.lplb.quota.SecondObjective;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class SolveCommandTest {
    private static final String ONE =
            "{\"id\":\"a \u00e9\",\"ranks\":2,\"fixed\":[0,2],\"items\":[[4,[1,0]],[1,[0]]],\"optimum\":4}";
    private static final String OTHER = "{\"id\":\"b\",\"ranks\":1,\"fixed\":[3],\"items\":[]}";

    private final Counter counter = new Counter();

    private CliRun solve(String input, String... options) {
        return solve(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), options);
    }

    private CliRun solve(InputStream input, String... options) {
        SolveCommand command = new SolveCommand(() -> EvenSolver.backend(counter, false));
        String[] args = Stream.concat(Stream.of("solve"), Stream.of(options)).toArray(String[]::new);
        return CliRun.of(input, CliRun.replacing(SolveCommand.class, command), args);
    }

    private static List<Path> filesIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    @Test
    void inputIsNotOverwritten(@TempDir Path folder) throws IOException {
        Path input = Files.writeString(folder.resolve("in"), OTHER);
        Path hard = Files.createLink(folder.resolve("hard"), input);
        Path soft = Files.createSymbolicLink(folder.resolve("soft"), input);
        Files.createSymbolicLink(folder.resolve("loop"), folder);
        for (Path output : List.of(input, hard, soft, folder.resolve("loop").resolve("in"))) {
            CliRun run = solve("", "--input", input.toString(), "--output", output.toString());
            assertEquals(2, run.exitCode());
            assertTrue(run.err().endsWith("got an input as the place to write to, expected another file\n"), run.err());
            assertEquals(OTHER, Files.readString(input));
        }
    }

    /** One line without an end, and lines without an end. */
    @Test
    void unendingInputEndsWithAMessage() {
        for (char c : new char[] {'x', '\n'}) {
            InputStream unending = new InputStream() {
                @Override
                public int read() {
                    return c;
                }

                @Override
                public int read(byte[] bytes, int from, int length) {
                    Arrays.fill(bytes, from, from + length, (byte) c);
                    return length;
                }
            };
            assertThrows(IOException.class, () -> {
                try (InputStream in = new SolveCommand.BoundedInput(unending, 1 << 20);
                        SolveRun run = new SolveRun(
                                problem -> {
                                    throw new AssertionError();
                                },
                                SecondObjective.NONE)) {
                    run.solve(in, OutputStream.nullOutputStream());
                }
            });
        }
    }

    /** Rank 0 decides the largest load; ranks 1 to 3 share what is left as evenly as their items allow. */
    @Test
    void secondObjectiveLevelsTheRanksBelowTheLargest() throws IOException {
        String problem =
                "{\"id\":\"c\",\"ranks\":5,\"fixed\":[10,0,0,0,9.5],\"items\":[[7,[1,2]],[2,[2,3]],[0,[4]]]}\n";
        List<String> arguments = List.of("solve", "--solver", "exact", "--second-objective");
        JsonNode level =
                new ObjectMapper().readTree(solved(problem, arguments, "level").out());
        assertEquals("OPTIMAL", level.get("status").asText());
        assertEquals(10, level.get("maxLoad").asDouble());
        assertEquals(10, level.get("lowerBound").asDouble());
        double[][] shares = new ObjectMapper().treeToValue(level.get("shares"), double[][].class);
        assertArrayEquals(new double[] {3.5, 3.5}, shares[0], 1e-12);
        assertArrayEquals(new double[] {0, 2}, shares[1], 1e-12);
        assertArrayEquals(new double[] {0}, shares[2]);
        JsonNode none =
                new ObjectMapper().readTree(solved(problem, arguments, "none").out());
        assertEquals(10, none.get("maxLoad").asDouble());

        String limited = "{\"id\":\"d\",\"ranks\":2,\"fixed\":[0,0],\"items\":[[4,[0,1]]],\"rankLimit\":3}";
        assertFailed(
                solved(limited, arguments, "level"),
                "line 1: got limits beside --second-objective level, expected one of them");
        assertFailed(
                solved(problem, arguments, "locality"),
                "second-objective: got locality, expected none or level, as problems do not say where tokens come from");
        assertFailed(solved(problem, arguments, "most"), "got 'most', expected none, level or locality");
    }

    private static CliRun solved(String input, List<String> arguments, String last) {
        return CliRun.of(
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                CommandLine.defaultFactory(),
                Stream.concat(arguments.stream(), Stream.of(last)).toArray(String[]::new));
    }

    private static void assertFailed(CliRun run, String message) {
        assertEquals(2, run.exitCode());
        assertTrue(run.err().contains(message), run.err());
        assertEquals("", run.out());
    }

    @Test
    void answersFromStandardInputToStandardOutput() {
        CliRun run = solve(ONE + "\n\n  \r\n" + OTHER, "--tolerance", "0.5");
        assertEquals(0, run.exitCode(), run.err());
        assertEquals(
                "{\"id\":\"a \u00e9\",\"status\":\"OPTIMAL\",\"maxLoad\":4.0,\"lowerBound\":3.5,\"gap\":0.5,\"iterations\":1,"
                        + "\"shares\":[[2.0,2.0],[1.0]]}\n"
                        + "{\"id\":\"b\",\"status\":\"OPTIMAL\",\"maxLoad\":3.0,\"lowerBound\":3.0,\"gap\":0.0,\"iterations\":1,"
                        + "\"shares\":[]}\n",
                run.out());
        assertTrue(
                run.err()
                        .matches("lplb: 2 problems, 2 optimal, worst gap 0\\.14 of the mean load, \\d+\\.\\d\\d s"
                                + " \\(exact, tolerance 0\\.50\\)\\R"),
                run.err());
    }

    @Test
    void limitsAreKeptOrWhatDoesNotFitIsNamed() {
        String pair = "{\"id\":\"a\",\"ranks\":3,\"fixed\":[1,0,0],\"items\":[[12,[0,1]],[3,[1,2]]],";
        String lines = String.join(
                "\n",
                pair + "\"rankLimit\":[null,6,9]}",
                pair + "\"replicaLimit\":[[8,4],[null,3]]}",
                pair + "\"replicaLimit\":5}",
                pair + "\"rankLimit\":6,\"speed\":[1,2,1]}");
        CliRun run = CliRun.of(
                new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)),
                CommandLine.defaultFactory(),
                "solve");
        assertEquals(0, run.exitCode(), run.err());
        String[] line = run.out().split("\n", -1);
        assertTrue(
                line[0].contains("\"maxLoad\":7.0,") && line[0].contains("\"shares\":[[6.0,6.0],[0.0,3.0]]"), line[0]);
        assertTrue(line[1].contains("\"shares\":[[8.0,4.0],"), line[1]);
        assertTrue(
                line[2].contains(
                        "\"status\":\"INFEASIBLE\",\"misfit\":{\"ranks\":[],\"items\":[0],\"load\":12.0,\"room\":10.0}"),
                line[2]);
        assertTrue(line[3].contains("\"misfit\":{\"ranks\":[0,1],\"items\":[0],\"load\":13.0,\"room\":12.0}"), line[3]);
        assertTrue(run.err().contains("4 problems, 2 optimal"), run.err());
    }

    @Test
    void linesThatDifferOnlyInLoadsShareASolver() {
        String sameHosts = ONE.replace("[4,", "[5,");
        CliRun run = solve(String.join("\n", ONE, sameHosts, OTHER, ONE));
        assertEquals(0, run.exitCode(), run.err());
        assertEquals(4, run.out().lines().count());
        assertEquals(3, counter.made);
        assertEquals(3, counter.closed);
    }

    @Test
    void emptyInputGivesEmptyOutput(@TempDir Path dir) throws IOException {
        Path output = dir.resolve("out.jsonl");
        for (String input : List.of("", "\n", " \n\t\r\n")) {
            CliRun run = solve(input, "--output", output.toString());
            assertEquals(0, run.exitCode(), run.err());
            assertEquals("", Files.readString(output));
            assertTrue(run.err().startsWith("lplb: 0 problems, 0 optimal"), run.err());
        }
    }

    @Test
    void badLinesAreNamedAndNothingIsWritten(@TempDir Path dir) throws IOException {
        Path input = Files.writeString(
                dir.resolve("in.jsonl"),
                String.join("\n", ONE, "{\"id\":1}", "", OTHER, ONE.replace("[1,0]", "[1,7]")));
        Path output = Files.writeString(dir.resolve("out.jsonl"), "before");
        CliRun run = solve("", "--input", input.toString(), "--output", output.toString());
        assertEquals(2, run.exitCode());
        assertEquals(
                "lplb: " + input + ": line 2: id: got 1, expected text\n" + "lplb: " + input
                        + ": line 5: item 0, host 1: got rank 7, expected 0..1\n",
                run.err());
        assertEquals("before", Files.readString(output));
        assertEquals(2, filesIn(dir).size(), "no temporary file is left");
        assertEquals("", solve("x", "--input", input.toString()).out());
        assertTrue(solve("x").err().startsWith("lplb: standard input: line 1: "));
    }

    @Test
    void manyBadLinesAreCounted() {
        CliRun run = solve("[]\n".repeat(1000));
        assertEquals(2, run.exitCode());
        assertEquals(21, run.err().lines().count());
        assertTrue(run.err().endsWith("1000 bad lines in all, of which the first 20 are named above\n"), run.err());
        assertEquals(0, counter.made);
    }

    @Test
    void refusesALineOf100Megabytes() {
        InputStream endless = new InputStream() {
            private int left = 100_000_000;

            @Override
            public int read() {
                return left-- > 0 ? '[' : -1;
            }

            @Override
            public int read(byte[] to, int offset, int length) {
                int n = Math.min(left, length);
                Arrays.fill(to, offset, offset + n, (byte) '[');
                left -= n;
                return n == 0 ? -1 : n;
            }
        };
        CliRun run = solve(endless);
        assertEquals(2, run.exitCode());
        assertEquals(
                "lplb: standard input: line 1: got more than 67108864 bytes, expected at most as many",
                run.err().strip());
    }

    @Test
    void aSolverThatCannotTakeAProblemNamesItsLine() {
        SolveCommand command = new SolveCommand(() -> EvenSolver.backend(counter, true));
        CliRun run = CliRun.of(
                new ByteArrayInputStream((ONE + "\n" + OTHER).getBytes(StandardCharsets.UTF_8)),
                CliRun.replacing(SolveCommand.class, command),
                "solve");
        assertEquals(2, run.exitCode());
        assertEquals("", run.out());
        assertEquals(
                "lplb: standard input: line 2: ranks: got 1, expected more",
                run.err().strip());
    }

    @Test
    void keepsLinksAndDevices(@TempDir Path dir) throws IOException {
        Path target = Files.writeString(dir.resolve("target"), "");
        Path link = Files.createSymbolicLink(dir.resolve("link"), target);
        assertEquals(0, solve(OTHER, "--output", link.toString()).exitCode());
        assertTrue(Files.isSymbolicLink(link));
        assertTrue(Files.readString(target).startsWith("{\"id\":\"b\""));
        Path device = Path.of("/dev/null");
        assumeTrue(Files.exists(device), "no /dev/null here");
        assertEquals(0, solve(OTHER, "--output", device.toString()).exitCode());
        assertFalse(Files.isRegularFile(device));
    }

    @Test
    void outputsThatCannotBeWrittenAreErrorsBeforeSolving(@TempDir Path dir) throws IOException {
        CliRun folder = solve(OTHER, "--output", dir.toString());
        assertEquals(2, folder.exitCode());
        assertTrue(folder.err().contains("got a folder, expected a file"), folder.err());
        CliRun lost = solve(OTHER, "--output", dir.resolve("none/out.jsonl").toString());
        assertEquals(2, lost.exitCode());
        assertTrue(lost.err().contains("got no folder "), lost.err());
        assertEquals(0, counter.made);
        Path readOnly = Files.createDirectory(dir.resolve("ro"));
        Files.setPosixFilePermissions(readOnly, PosixFilePermissions.fromString("r-x------"));
        assumeTrue(!Files.isWritable(readOnly), "this user may write everywhere");
        CliRun denied = solve(OTHER, "--output", readOnly.resolve("out.jsonl").toString());
        assertEquals(2, denied.exitCode());
        assertTrue(denied.err().contains("permission denied"), denied.err());
    }

    @Test
    void readsTheGoldenProblems() throws IOException {
        Path golden = Path.of("../../shared/golden/minmax.jsonl");
        assumeTrue(Files.exists(golden), "no ../shared/golden: the golden problems are not read");
        CliRun run = solve("", "--input", golden.toString());
        assertEquals(0, run.exitCode(), run.err());
        List<String> problems = Files.readAllLines(golden);
        List<String> answers = run.out().lines().toList();
        assertEquals(problems.size(), answers.size());
        ObjectMapper mapper = new ObjectMapper();
        for (int k = 0; k < problems.size(); k++) {
            JsonNode problem = mapper.readTree(problems.get(k));
            JsonNode answer = mapper.readTree(answers.get(k));
            assertEquals(problem.get("id"), answer.get("id"));
            double optimum = problem.get("optimum").asDouble();
            double slack = 1e-6 * Math.max(1, optimum);
            assertTrue(answer.get("lowerBound").asDouble() <= optimum + slack, answers.get(k));
            assertTrue(answer.get("maxLoad").asDouble() >= optimum - slack, answers.get(k));
            assertEquals(problem.get("items").size(), answer.get("shares").size());
        }
    }
}
