// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel;

/**
 * Eight floats in registers: private arrays would go to memory, fields of an object that never escapes do not.
 * {@code get} and {@code set} cost nothing where the index is a constant once loops are unrolled.
 */
final class Row8 {
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
        x0 = Team.equal(k, 0);
        x1 = Team.equal(k, 1);
        x2 = Team.equal(k, 2);
        x3 = Team.equal(k, 3);
        x4 = Team.equal(k, 4);
        x5 = Team.equal(k, 5);
        x6 = Team.equal(k, 6);
        x7 = Team.equal(k, 7);
    }

    void addTimes(float factor, Row8 o) {
        x0 += factor * o.x0;
        x1 += factor * o.x1;
        x2 += factor * o.x2;
        x3 += factor * o.x3;
        x4 += factor * o.x4;
        x5 += factor * o.x5;
        x6 += factor * o.x6;
        x7 += factor * o.x7;
    }

    float dot(Row8 o) {
        return (x0 * o.x0 + x1 * o.x1) + (x2 * o.x2 + x3 * o.x3) + ((x4 * o.x4 + x5 * o.x5) + (x6 * o.x6 + x7 * o.x7));
    }
}
