// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.batch;

/** Device functions over the numbers that the threads of a work-group left in local memory. */
public final class Sums {
    private Sums() {}

    /** The sum of count numbers, a multiple of 4, in four chains, so that an addition need not wait for the one before. */
    static double sum(double[] d, int at, int count) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        for (int k = 0; k < count; k += 4) {
            s0 += d[at + k];
            s1 += d[at + k + 1];
            s2 += d[at + k + 2];
            s3 += d[at + k + 3];
        }
        return (s0 + s1) + (s2 + s3);
    }

    /** The largest of count numbers, a multiple of 4, and of 0. */
    static double largest(double[] d, int at, int count) {
        double m0 = 0;
        double m1 = 0;
        double m2 = 0;
        double m3 = 0;
        for (int k = 0; k < count; k += 4) {
            m0 = larger(m0, d[at + k]);
            m1 = larger(m1, d[at + k + 1]);
            m2 = larger(m2, d[at + k + 2]);
            m3 = larger(m3, d[at + k + 3]);
        }
        return larger(larger(m0, m1), larger(m2, m3));
    }

    static double larger(double a, double b) {
        return a > b ? a : b;
    }

    static double smaller(double a, double b) {
        return a < b ? a : b;
    }
}
