// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GroupKeyTest {
    private static final String TEXT = "0123456789abcdef".repeat(4);

    @TempDir
    private Path folder = Path.of("");

    @Test
    void aKeyIsWrittenOnceAndReadByItsOwnerOnly() throws IOException {
        Path file = folder.resolve("key");
        GroupKey key = GroupKey.generate();
        key.write(file);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertEquals(key.text(), GroupKey.read(file).text());
        assertThrows(FileAlreadyExistsException.class, () -> key.write(file));
        assertNotEquals(key.text(), GroupKey.generate().text());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        String message = messageOf(() -> GroupKey.read(file));
        assertTrue(message.startsWith("group key: got mode rw-r----- of "), message);
        assertTrue(messageOf(() -> GroupKey.read(folder)).endsWith(", expected a regular file"));
    }

    @Test
    void aKeyIsNeverShown() {
        assertFalse(GroupKey.parse(TEXT).toString().contains("0123"));
        String message = messageOf(() -> GroupKey.parse(TEXT + "0"));
        assertEquals("group key: got 65 characters, expected 64 hexadecimal digits", message);
        assertFalse(messageOf(() -> GroupKey.parse("x".repeat(64))).contains("xx"));
    }

    @Test
    void theEnvironmentNamesAKeyOrItsFile() throws IOException {
        assertNull(GroupKey.of(Map.of()));
        assertNull(GroupKey.of(Map.of(GroupKey.VARIABLE, " ", GroupKey.FILE_VARIABLE, "")));
        assertEquals(TEXT, keyOf(Map.of(GroupKey.VARIABLE, TEXT.toUpperCase(java.util.Locale.ROOT) + "\n")));
        Path file = folder.resolve("key");
        GroupKey.parse(TEXT).write(file);
        assertEquals(TEXT, keyOf(Map.of(GroupKey.FILE_VARIABLE, file.toString())));
    }

    private static String keyOf(Map<String, String> environment) throws IOException {
        GroupKey key = GroupKey.of(environment);
        assertNotNull(key);
        return key.text();
    }

    private static String messageOf(org.junit.jupiter.api.function.Executable call) {
        return String.valueOf(assertThrows(IllegalArgumentException.class, call).getMessage());
    }
}
