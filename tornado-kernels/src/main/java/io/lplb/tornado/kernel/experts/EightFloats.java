// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.experts;

/** Eight floats that the compiler keeps in registers, because the object never leaves its kernel. */
public final class EightFloats {
    float x0;
    float x1;
    float x2;
    float x3;
    float x4;
    float x5;
    float x6;
    float x7;

    /** Reads elements that lie a step apart. */
    void read(float[] from, int at, int step) {
        x0 = from[at];
        x1 = from[at + step];
        x2 = from[at + 2 * step];
        x3 = from[at + 3 * step];
        x4 = from[at + 4 * step];
        x5 = from[at + 5 * step];
        x6 = from[at + 6 * step];
        x7 = from[at + 7 * step];
    }

    /** Writes elements a step apart. */
    void write(float[] to, int at, int step) {
        to[at] = x0;
        to[at + step] = x1;
        to[at + 2 * step] = x2;
        to[at + 3 * step] = x3;
        to[at + 4 * step] = x4;
        to[at + 5 * step] = x5;
        to[at + 6 * step] = x6;
        to[at + 7 * step] = x7;
    }

    /** Adds a multiple of others. */
    void addTimes(float factor, EightFloats o) {
        x0 += factor * o.x0;
        x1 += factor * o.x1;
        x2 += factor * o.x2;
        x3 += factor * o.x3;
        x4 += factor * o.x4;
        x5 += factor * o.x5;
        x6 += factor * o.x6;
        x7 += factor * o.x7;
    }
}
