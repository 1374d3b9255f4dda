// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

/** Makes text from a file fit to be shown in a message of one line. */
public final class Printable {
    private static final int LONGEST = 160;

    private Printable() {}

    /** Returns the text with a space for each control character. */
    public static String withoutControls(String text) {
        StringBuilder line = new StringBuilder(text.length());
        for (int k = 0; k < text.length(); k++) {
            char c = text.charAt(k);
            line.append(Character.isISOControl(c) ? ' ' : c);
        }
        return line.toString();
    }

    /** Returns the text without control characters, cut to 160 characters. */
    public static String oneLine(String text) {
        return text.length() > LONGEST
                ? withoutControls(text.substring(0, LONGEST)) + "..."
                : withoutControls(text).strip();
    }

    /** Returns the text as {@link #oneLine} does, in double quotes. */
    public static String quoted(String text) {
        return '"' + oneLine(text) + '"';
    }
}
