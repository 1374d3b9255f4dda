// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.ptx;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PtxLibraryTest {
    @ParameterizedTest
    @ValueSource(strings = {PtxLibrary.INDEX, "pipeline_route.ptx"})
    void aChangedByteIsRefusedByName(String file) throws IOException {
        byte[] content;
        try (InputStream in = Objects.requireNonNull(PtxLibrary.class.getResourceAsStream(file))) {
            content = in.readAllBytes();
        }
        assertDoesNotThrow(() -> PtxLibrary.requireSum(file, content));
        content[content.length / 2] ^= 1;
        Exception refused = assertThrows(IllegalStateException.class, () -> PtxLibrary.requireSum(file, content));
        assertTrue(refused.toString().contains("PTX: got " + file + " with SHA-256 "), refused.toString());
        assertThrows(IllegalStateException.class, () -> PtxLibrary.requireSum("unknown.ptx", content));
    }
}
