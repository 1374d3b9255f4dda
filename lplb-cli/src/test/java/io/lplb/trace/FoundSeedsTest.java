// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that fuzz tests found, as lines {@code READER HEX} of {@code src/test/resources/found.txt}: each is read, or refused by name. */
class FoundSeedsTest {
    @Test
    void filesThatFuzzTestsFound(@TempDir Path folder) throws Exception {
        List<String> lines = new ArrayList<>(Files.readAllLines(Path.of("src", "test", "resources", "found.txt")));
        lines.removeIf(line -> line.isBlank() || line.startsWith("#"));
        int refused = 0;
        for (String line : lines) {
            int space = line.indexOf(' ');
            byte[] bytes = HexFormat.of().parseHex(line.substring(space + 1));
            refused += FuzzedReader.valueOf(line.substring(0, space)).refuses(folder, bytes) ? 1 : 0;
        }
        assertTrue(refused > 0, "refused " + refused + " of " + lines.size());
    }
}
