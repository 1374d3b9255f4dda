// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.array;

/** Lengths of arrays of two dimensions, refused by name where they exceed what an array holds. */
public final class ArrayLength {
    /** The longest array that every virtual machine can make. */
    private static final int LONGEST = Integer.MAX_VALUE - 8;

    private ArrayLength() {}

    /**
     * {@return the product of two sizes, neither negative}
     *
     * @param first the first size
     * @param firstName what it counts, in the plural
     * @param second the second size
     * @param secondName what it counts, in the plural
     * @throws IllegalArgumentException if no array is so long
     */
    public static int of(int first, String firstName, int second, String secondName) {
        long length = (long) first * second;
        if (length > LONGEST) {
            throw new IllegalArgumentException(firstName + " x " + secondName + ": got " + first + " x " + second
                    + " = " + length + " array elements, expected at most " + LONGEST);
        }
        return (int) length;
    }
}
