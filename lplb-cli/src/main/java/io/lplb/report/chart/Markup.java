// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.report.chart;

import io.lplb.trace.Printable;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Builds markup that is HTML and well-formed XML at once. Every text and attribute is escaped here, so that nothing that
 * comes from a file can become markup; only {@link #raw} takes markup as it stands.
 *
 * <p>Not thread-safe.
 */
public final class Markup {
    private final StringBuilder out = new StringBuilder();
    private final Deque<String> open = new ArrayDeque<>();

    /** Opens an element; attributes are names and values in turn. */
    public Markup open(String tag, String... attributes) {
        begin(tag, attributes);
        out.append('>');
        open.push(tag);
        return this;
    }

    /** Closes the element opened last. */
    public Markup close() {
        out.append("</").append(open.pop()).append(">\n");
        return this;
    }

    /** Adds an element that HTML knows to be empty, such as meta, or an empty element of SVG. */
    public Markup empty(String tag, String... attributes) {
        begin(tag, attributes);
        out.append("/>\n");
        return this;
    }

    /** Adds an element with a text. */
    public Markup element(String tag, String text, String... attributes) {
        return open(tag, attributes).text(text).close();
    }

    /** Adds text. */
    public Markup text(String text) {
        out.append(escape(text));
        return this;
    }

    /** Adds markup made by this package, or by {@link io.lplb.topology.TopologySvg}. */
    public Markup raw(String markup) {
        out.append(markup);
        return this;
    }

    private void begin(String tag, String... attributes) {
        if (attributes.length % 2 != 0) {
            throw new IllegalArgumentException("attributes: got " + attributes.length + ", expected names and values");
        }
        out.append('<').append(tag);
        for (int k = 0; k < attributes.length; k += 2) {
            out.append(' ').append(attributes[k]).append("=\"");
            out.append(escape(attributes[k + 1])).append('"');
        }
    }

    /** Escapes a text for content and quoted attributes; characters that XML does not allow become spaces or marks. */
    public static String escape(String text) {
        StringBuilder safe = new StringBuilder(text.length() + 16);
        Printable.withoutControls(text).codePoints().forEach(c -> append(safe, c));
        return safe.toString();
    }

    private static void append(StringBuilder safe, int c) {
        switch (c) {
            case '&' -> safe.append("&amp;");
            case '<' -> safe.append("&lt;");
            case '>' -> safe.append("&gt;");
            case '"' -> safe.append("&quot;");
            case '\'' -> safe.append("&#39;");
            default -> safe.appendCodePoint(isCharacter(c) ? c : 0xFFFD);
        }
    }

    /** XML has neither lone surrogates nor U+FFFE and U+FFFF. */
    private static boolean isCharacter(int c) {
        return !(c >= 0xD800 && c <= 0xDFFF) && c != 0xFFFE && c != 0xFFFF;
    }

    /**
     * Returns the markup.
     *
     * @throws IllegalStateException if an element is still open
     */
    @Override
    public String toString() {
        if (!open.isEmpty()) {
            throw new IllegalStateException("markup: got an open " + open.peek() + ", expected it closed");
        }
        return out.toString();
    }
}
