// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.pipeline;

/**
 * Number of an expert's first tokens that are spread to positions below a bound, without a walk through them:
 *
 * <pre>
 *   #{c' &lt; c : c' stride mod n &lt; bound} = c + sum floor(c' stride / n) - sum floor((c' stride + n - bound) / n)
 * </pre>
 *
 * <p>Either sum counts lattice points below a line, which Euclid's algorithm on (n, stride) finds in O(log c) steps (Graham, Knuth and
 * Patashnik, Concrete Mathematics, 3.5). Quotients are computed in double precision, which has all numbers here exactly: they are below
 * 2<sup>48</sup>, and the quotient of a number plus a half lies so far from any integer that its reciprocal's rounding does not matter.
 */
public final class SpreadCount {
    /** Added and subtracted, rounds a double below 2<sup>51</sup> to an integer. */
    private static final double ROUND = 6755399441055744.0;

    private SpreadCount() {}

    /**
     * Counts.
     *
     * @param c number of tokens, 0 to n
     * @param stride of n, below n and without a common divisor, 0 if n is 1
     * @param n tokens of the expert, at most {@link PipelineSizes#MAX_TOKENS}
     * @param bound 0 to n
     */
    public static int below(int c, int stride, int n, int bound) {
        double first = bound > 0 ? c : 0;
        double m = n;
        double a = stride;
        double perM = 1.0 / (n > 0 ? n : 1);
        double terms0 = first;
        double terms1 = first;
        double b0 = 0;
        double b1 = n - bound;
        double difference = 0;
        while (terms0 + terms1 > 0) {
            // A step for modulus m and factor a, then one with the two exchanged; no variable is copied to another.
            double perA = 1.0 / (a > 1 ? a : 1);
            double y0 = a * terms0 + b0;
            double y1 = a * terms1 + b1;
            terms0 = quotient(y0, perM);
            terms1 = quotient(y1, perM);
            double r0 = y0 - terms0 * m;
            double r1 = y1 - terms1 * m;
            double q = quotient(m, perA);
            double q0 = quotient(r0, perA);
            double q1 = quotient(r1, perA);
            difference += pairs(terms0, terms1) * q + (terms0 * q0 - terms1 * q1);
            b0 = r0 - q0 * a;
            b1 = r1 - q1 * a;
            m -= q * a;
            perM = 1.0 / (m > 1 ? m : 1);
            double z0 = m * terms0 + b0;
            double z1 = m * terms1 + b1;
            terms0 = quotient(z0, perA);
            terms1 = quotient(z1, perA);
            double s0 = z0 - terms0 * a;
            double s1 = z1 - terms1 * a;
            double p = quotient(a, perM);
            double p0 = quotient(s0, perM);
            double p1 = quotient(s1, perM);
            difference += pairs(terms0, terms1) * p + (terms0 * p0 - terms1 * p1);
            b0 = s0 - p0 * m;
            b1 = s1 - p1 * m;
            a -= p * m;
        }
        return (int) (first + difference);
    }

    /** Returns the whole quotient of y by the number whose reciprocal is given. */
    private static double quotient(double y, double reciprocal) {
        return ((y + 0.5) * reciprocal - 0.5) + ROUND - ROUND;
    }

    /** Returns the difference of the numbers of pairs. */
    private static double pairs(double terms0, double terms1) {
        return (terms0 * (terms0 - 1) - terms1 * (terms1 - 1)) * 0.5;
    }
}
