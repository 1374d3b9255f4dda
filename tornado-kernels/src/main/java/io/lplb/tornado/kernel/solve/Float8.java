// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.solve;

/**
 * Eight floats in registers: private arrays would go to memory, fields of an object that never escapes do not.
 * {@code get} and {@code set} cost nothing where the index is a constant once loops are unrolled.
 */
public final class Float8 {
    float x0;
    float x1;
    float x2;
    float x3;
    float x4;
    float x5;
    float x6;
    float x7;

    float get(int k) {
        return k < 4 ? k < 2 ? k == 0 ? x0 : x1 : k == 2 ? x2 : x3 : k < 6 ? k == 4 ? x4 : x5 : k == 6 ? x6 : x7;
    }

    /** Sets element k to 1 and the others to 0; all to 0 if k is none of them. */
    void setUnit(int k) {
        x0 = ThreadTile.equal(k, 0);
        x1 = ThreadTile.equal(k, 1);
        x2 = ThreadTile.equal(k, 2);
        x3 = ThreadTile.equal(k, 3);
        x4 = ThreadTile.equal(k, 4);
        x5 = ThreadTile.equal(k, 5);
        x6 = ThreadTile.equal(k, 6);
        x7 = ThreadTile.equal(k, 7);
    }

    void addTimes(float factor, Float8 o) {
        x0 += factor * o.x0;
        x1 += factor * o.x1;
        x2 += factor * o.x2;
        x3 += factor * o.x3;
        x4 += factor * o.x4;
        x5 += factor * o.x5;
        x6 += factor * o.x6;
        x7 += factor * o.x7;
    }

    float dot(Float8 o) {
        return (x0 * o.x0 + x1 * o.x1) + (x2 * o.x2 + x3 * o.x3) + ((x4 * o.x4 + x5 * o.x5) + (x6 * o.x6 + x7 * o.x7));
    }
}
