// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Secret that the ranks of a group share: messages of those who do not have it are dropped. Written as 64 hexadecimal digits,
 * in a file that only its owner may read, or in the environment variable {@value #VARIABLE}.
 *
 * <p>Immutable, hence safe for use by several threads. The text of a key does not show it.
 */
public final class GroupKey {
    /** Environment variable that holds a key, as 64 hexadecimal digits. */
    public static final String VARIABLE = "LPLB_GROUP_KEY";

    /** Environment variable that holds the path of a key's file. */
    public static final String FILE_VARIABLE = "LPLB_GROUP_KEY_FILE";

    private static final int BYTES = 32;
    private static final int MOST_FILE_BYTES = 4 * BYTES;
    private static final int AES_BYTES = 16;
    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private final byte[] secret;

    private GroupKey(byte[] secret) {
        this.secret = secret;
    }

    /** {@return a new random key} */
    public static GroupKey generate() {
        byte[] secret = new byte[BYTES];
        new SecureRandom().nextBytes(secret);
        return new GroupKey(secret);
    }

    /**
     * Reads a key's text.
     *
     * @param text 64 hexadecimal digits; white space around them is left out
     * @return the key
     * @throws IllegalArgumentException if the text is no key; the message does not show it
     */
    public static GroupKey parse(String text) {
        String digits = text.strip().toLowerCase(Locale.ROOT);
        if (!digits.matches("[0-9a-f]{" + 2 * BYTES + "}")) {
            throw new IllegalArgumentException(
                    "group key: got " + digits.length() + " characters, expected " + 2 * BYTES + " hexadecimal digits");
        }
        return new GroupKey(HexFormat.of().parseHex(digits));
    }

    /**
     * Reads a key's file.
     *
     * @param file regular file, that only its owner may read
     * @return the key
     * @throws IOException if the file cannot be read
     * @throws IllegalArgumentException if it is no regular file, others may read it, or it has no key
     */
    public static GroupKey read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException("group key: got " + file + ", expected a regular file");
        }
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
            if (!OWNER_ONLY.containsAll(mode)) {
                throw new IllegalArgumentException("group key: got mode " + PosixFilePermissions.toString(mode) + " of "
                        + file + ", expected " + PosixFilePermissions.toString(OWNER_ONLY) + " (chmod 600)");
            }
        }
        try (InputStream in = Files.newInputStream(file)) {
            return parse(new String(in.readNBytes(MOST_FILE_BYTES), StandardCharsets.ISO_8859_1));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    /**
     * Finds the key that the environment names.
     *
     * @param environment variables, as of {@link System#getenv()}
     * @return the key, null if there is none
     * @throws IOException if its file cannot be read
     * @throws IllegalArgumentException if what is named is no key
     */
    public static @Nullable GroupKey of(Map<String, String> environment) throws IOException {
        String text = environment.get(VARIABLE);
        if (text != null && !text.isBlank()) {
            return parse(text);
        }
        String file = environment.get(FILE_VARIABLE);
        return file == null || file.isBlank() ? null : read(Path.of(file));
    }

    /**
     * Writes the key to a new file that only its owner may read.
     *
     * @param file that is not there yet
     * @throws IOException if it is there, or cannot be written
     */
    public void write(Path file) throws IOException {
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        } else {
            Files.createFile(file);
        }
        Files.writeString(file, text() + "\n", StandardCharsets.ISO_8859_1);
    }

    /** {@return the key as 64 hexadecimal digits, to be handed to the other ranks and kept from everybody else} */
    public String text() {
        return HexFormat.of().formatHex(secret);
    }

    /** Returns the seal of messages. */
    MessageSeal seal(int mostBytes) {
        return new PmacSeal(Arrays.copyOf(derive("lplb exchange messages, PMAC-AES-128"), AES_BYTES), mostBytes);
    }

    /** Computes HMAC-SHA-256 under this key: a key for one purpose, or an answer to a challenge. */
    byte[] derive(String purpose) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            return mac.doFinal(purpose.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(
                    "group key: got a Java runtime without HmacSHA256, expected one with it", e);
        }
    }

    @Override
    public String toString() {
        return "group key";
    }
}
