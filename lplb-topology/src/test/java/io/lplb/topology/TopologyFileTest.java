// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TopologyFileTest {
    @TempDir
    private Path folder;

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("mine.topology.txt"), text);
    }

    @Test
    void blanksCommasCommentsAndEmptyLines() throws IOException {
        Path file = write("# three ranks\r\n\r\n 1, 2 # rank 0\r\n2\t0\n\n0 ,1\n#end");
        ReplicaTopology topology = TopologyFile.read(file);
        assertEquals(ReplicaTopology.of("", new int[][] {{1, 2}, {2, 0}, {0, 1}}), topology);
        assertEquals("mine.topology", topology.name());
    }

    static Stream<Arguments> badFiles() {
        return Stream.of(
                Arguments.of("", ": got no rank, expected one line of integers for each rank"),
                Arguments.of("# nothing\n\n", ": got no rank, expected one line of integers for each rank"),
                Arguments.of("1\nx\n", ":2[0]: got \"x\", expected the number of a rank"),
                Arguments.of("# a\n1,,2\n", ":2[1]: got \"\", expected the number of a rank"),
                Arguments.of("1 99999999999\n", ":1[1]: got \"99999999999\", expected the number of a rank"),
                Arguments.of("1 2\n\n2\n0 1\n", ":3: got 1 entries, expected 2 as in FILE:1"),
                Arguments.of("1\n\n1\n", ":3[0]: got 1, a copy on its own rank; expected another rank"),
                Arguments.of("1\n2\n", ":2[0]: got 2, expected a rank of 0..1"),
                Arguments.of("1\n-1\n", ":2[0]: got -1, expected a rank of 0..1"),
                Arguments.of(
                        "# c\n1 2\n0 2\n0 0\n",
                        ":3[1]: got 2, which FILE:2[1] names too; expected a permutation in each column"));
    }

    @Test
    void byteOrderMarkIsNoPartOfTheText() throws IOException {
        assertEquals(
                TopologyFile.read(write("1\n0\n")).toString(),
                TopologyFile.read(write("\uFEFF1\n0\n")).toString());
        assertEquals(TopologyFile.read(write("1\n0\n")), TopologyFile.read(write("\uFEFF# two ranks\n1\n0\n")));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("badFiles")
    void errorsNameFileLineAndEntry(String text, String message) throws IOException {
        Path file = write(text);
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> TopologyFile.read(file));
        assertEquals(file + message.replace("FILE", file.toString()), e.getMessage());
    }

    @Test
    void noFileAndNoText() throws IOException {
        assertThrows(NoSuchFileException.class, () -> TopologyFile.read(folder.resolve("none")));
        Path binary = Files.write(folder.resolve("binary"), new byte[] {'1', '\n', (byte) 0xff, (byte) 0xfe, '\n'});
        IOException e = assertThrows(IOException.class, () -> TopologyFile.read(binary));
        assertTrue(e.toString().contains("cannot read " + binary + " as UTF-8 text"), e::toString);
    }

    @Test
    void everyNamedTopologySurvivesTheFile() throws IOException {
        for (String name : new String[] {"cube", "hypercube", "ring5", "torus3x4"}) {
            ReplicaTopology topology = Topologies.parse(name);
            StringBuilder text = new StringBuilder();
            for (int[] row : topology.r2o()) {
                for (int original : row) {
                    text.append(original).append(' ');
                }
                text.append('\n');
            }
            assertEquals(topology, TopologyFile.read(write(text.toString())));
        }
    }
}
