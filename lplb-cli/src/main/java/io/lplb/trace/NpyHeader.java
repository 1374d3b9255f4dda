// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The header of a .npy file: a Python dictionary literal with exactly the keys {@code descr}, {@code fortran_order} and
 * {@code shape} (NumPy, "NEP 1: A simple file format for NumPy arrays").
 *
 * <pre>
 *   {'descr': '|u1', 'fortran_order': False, 'shape': (26, 8192, 6), }
 * </pre>
 *
 * <p>A recursive-descent reader of just this grammar; anything else is an error that names the column.
 */
public final class NpyHeader {
    private final String text;
    private int at;
    private @Nullable String descr;
    private boolean fortranOrder;
    private List<Long> shape = List.of();

    private NpyHeader(String text) {
        this.text = text;
    }

    /**
     * Reads a header.
     *
     * @throws FormatException if it is not a header, or describes an array of objects or of records
     */
    public static NpyHeader parse(String text) throws FormatException {
        NpyHeader header = new NpyHeader(text);
        header.readDictionary();
        return header;
    }

    /** Returns the number type in NumPy's notation, such as {@code <i4}. */
    public String descr() {
        return descr == null ? "" : descr;
    }

    /** Returns whether the first index varies fastest. */
    public boolean fortranOrder() {
        return fortranOrder;
    }

    /** Returns the lengths of the dimensions, none negative. */
    public List<Long> shape() {
        return shape;
    }

    private void readDictionary() throws FormatException {
        expect('{');
        Set<String> keys = new HashSet<>();
        while (peek() != '}') {
            String key = readString();
            if (!keys.add(key)) {
                throw error("the key '" + Printable.oneLine(key) + "' twice", "each key once");
            }
            expect(':');
            readValue(key);
            if (peek() != '}') {
                expect(',');
            }
        }
        expect('}');
        if (peek() != 0) {
            throw error("text after the dictionary", "its end");
        }
        if (keys.size() != 3) {
            throw error("the keys " + keys, "descr, fortran_order and shape");
        }
    }

    private void readValue(String key) throws FormatException {
        switch (key) {
            case "descr" -> {
                if (peek() == '[') {
                    throw error("an array of records", "an array of integers");
                }
                descr = readString();
            }
            case "fortran_order" -> fortranOrder = readBoolean();
            case "shape" -> shape = readShape();
            default -> throw error("the key '" + Printable.oneLine(key) + "'", "descr, fortran_order and shape");
        }
    }

    private String readString() throws FormatException {
        char quote = peek();
        int end = quote == '\'' || quote == '"' ? text.indexOf(quote, at + 1) : -1;
        if (end < 0) {
            throw unexpected("a quoted name");
        }
        String value = text.substring(at + 1, end);
        at = end + 1;
        return value;
    }

    private boolean readBoolean() throws FormatException {
        peek();
        for (String word : List.of("True", "False")) {
            if (text.startsWith(word, at)) {
                at += word.length();
                return "True".equals(word);
            }
        }
        throw unexpected("True or False");
    }

    private List<Long> readShape() throws FormatException {
        expect('(');
        List<Long> lengths = new ArrayList<>();
        while (peek() != ')') {
            lengths.add(readLength());
            if (peek() != ')') {
                expect(',');
            }
        }
        expect(')');
        return List.copyOf(lengths);
    }

    private long readLength() throws FormatException {
        peek();
        int start = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        if (start == at || at - start > 18) {
            throw unexpected("a length of 1 to 18 digits");
        }
        return Long.parseLong(text, start, at, 10);
    }

    private void expect(char c) throws FormatException {
        if (peek() != c) {
            throw unexpected("'" + c + "'");
        }
        at++;
    }

    /** Skips white space; returns the next character, or 0 at the end. */
    private char peek() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        return at < text.length() ? text.charAt(at) : 0;
    }

    private FormatException unexpected(String expected) {
        return error(
                at < text.length() ? Printable.quoted(text.substring(at, Math.min(at + 12, text.length()))) : "its end",
                expected);
    }

    private FormatException error(String got, String expected) {
        return new FormatException("header, column " + (at + 1) + ": got " + got + ", expected " + expected);
    }
}
