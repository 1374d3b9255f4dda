// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.program;

import org.jspecify.annotations.Nullable;

/**
 * Array of a program in the device's memory, known by its name. Buffers are compared by identity.
 *
 * <p>Immutable, apart from the initial contents, which belong to the buffer from then on.
 */
public final class Buffer {
    /** Type of the elements. */
    public enum Element {
        INT(Integer.BYTES),
        FLOAT(Float.BYTES),
        DOUBLE(Double.BYTES);

        private final int bytes;

        Element(int bytes) {
            this.bytes = bytes;
        }

        /** {@return the bytes of an element} */
        public int bytes() {
            return bytes;
        }
    }

    /** Use of a buffer, which decides what is copied and when. */
    public enum Kind {
        /** Written by the host before every run. */
        INPUT,
        /** Written by kernels in every run before anything reads it, and read by the host after every run. */
        OUTPUT,
        /** Written once by the host and only read by kernels. */
        CONSTANT,
        /** Written by kernels in every run before anything reads it; the host never reads it. */
        WORK,
        /** Starts with its initial contents on the device; kernels read what was there before they write. */
        STATE,
        /** As {@link #STATE}, and the first kernel that uses the buffer also reads it. */
        READ_STATE,
        /** As {@link #STATE}, and read by the host after every run. */
        STATE_OUTPUT;

        /** {@return whether the host reads the buffer after every run} */
        public boolean isOutput() {
            return this == OUTPUT || this == STATE_OUTPUT;
        }

        /** {@return whether kernels may read initial contents that the first kernel with the buffer does not} */
        public boolean isKept() {
            return this == STATE || this == STATE_OUTPUT;
        }
    }

    private final String name;
    private final Element element;
    private final int length;
    private final Kind kind;
    private final @Nullable Object contents;

    private Buffer(String name, Element element, int length, Kind kind, @Nullable Object contents) {
        if (length < 1) {
            throw new IllegalArgumentException(name + ": got length " + length + ", expected at least 1");
        }
        this.name = name;
        this.element = element;
        this.length = length;
        this.kind = kind;
        this.contents = contents;
    }

    /**
     * A buffer of zeros.
     *
     * @param length elements, at least 1
     */
    public static Buffer zeros(String name, Kind kind, Element element, int length) {
        return new Buffer(name, element, length, kind, null);
    }

    /** A buffer of integers with initial contents; an empty array becomes one 0. */
    public static Buffer ints(String name, Kind kind, int... contents) {
        int[] some = contents.length == 0 ? new int[1] : contents;
        return new Buffer(name, Element.INT, some.length, kind, some);
    }

    /** A buffer of floats with initial contents; an empty array becomes one 0. */
    public static Buffer floats(String name, Kind kind, float... contents) {
        float[] some = contents.length == 0 ? new float[1] : contents;
        return new Buffer(name, Element.FLOAT, some.length, kind, some);
    }

    /** A buffer of doubles with initial contents; an empty array becomes one 0. */
    public static Buffer doubles(String name, Kind kind, double... contents) {
        double[] some = contents.length == 0 ? new double[1] : contents;
        return new Buffer(name, Element.DOUBLE, some.length, kind, some);
    }

    /** {@return the name} */
    public String name() {
        return name;
    }

    /** {@return the type of the elements} */
    public Element element() {
        return element;
    }

    /** {@return the number of elements} */
    public int length() {
        return length;
    }

    /** {@return the use} */
    public Kind kind() {
        return kind;
    }

    /** {@return the initial contents as an int[], float[] or double[]; null for zeros} */
    public @Nullable Object contents() {
        return contents;
    }

    /** {@return the bytes of all elements} */
    public long bytes() {
        return (long) element.bytes() * length;
    }

    @Override
    public String toString() {
        return name + " (" + element + "[" + length + "], " + kind + ")";
    }
}
