// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package uk.ac.manchester.tornado.api.math;

/** The functions of TornadoVM's math class that kernels may use, with Java's results. */
public final class TornadoMath {
    private TornadoMath() {}

    /** Returns the smaller. */
    public static int min(int a, int b) {
        return Math.min(a, b);
    }

    /** Returns the smaller. */
    public static long min(long a, long b) {
        return Math.min(a, b);
    }

    /** Returns the smaller. */
    public static float min(float a, float b) {
        return Math.min(a, b);
    }

    /** Returns the smaller. */
    public static double min(double a, double b) {
        return Math.min(a, b);
    }

    /** Returns the larger. */
    public static int max(int a, int b) {
        return Math.max(a, b);
    }

    /** Returns the larger. */
    public static long max(long a, long b) {
        return Math.max(a, b);
    }

    /** Returns the larger. */
    public static float max(float a, float b) {
        return Math.max(a, b);
    }

    /** Returns the larger. */
    public static double max(double a, double b) {
        return Math.max(a, b);
    }

    /** Returns the absolute value. */
    public static float abs(float a) {
        return Math.abs(a);
    }

    /** Returns the absolute value. */
    public static double abs(double a) {
        return Math.abs(a);
    }

    /** Returns the square root. */
    public static float sqrt(float value) {
        return (float) Math.sqrt(value);
    }

    /** Returns the square root. */
    public static double sqrt(double value) {
        return Math.sqrt(value);
    }

    /** Returns e to the power. */
    public static float exp(float value) {
        return (float) Math.exp(value);
    }

    /** Returns e to the power. */
    public static double exp(double value) {
        return Math.exp(value);
    }

    /** Returns the natural logarithm. */
    public static float log(float value) {
        return (float) Math.log(value);
    }

    /** Returns the natural logarithm. */
    public static double log(double value) {
        return Math.log(value);
    }

    /** Returns the next whole number at or below. */
    public static float floor(float f) {
        return (float) Math.floor(f);
    }

    /** Returns the next whole number at or below. */
    public static double floor(double f) {
        return Math.floor(f);
    }

    /** Returns the next whole number at or above. */
    public static float ceil(float value) {
        return (float) Math.ceil(value);
    }

    /** Returns the next whole number at or above. */
    public static double ceil(double value) {
        return Math.ceil(value);
    }

    /** Returns a to the power b. */
    public static float pow(float a, float b) {
        return (float) Math.pow(a, b);
    }

    /** Returns a to the power b. */
    public static double pow(double a, double b) {
        return Math.pow(a, b);
    }

    /** Returns the nearest value between min and max. */
    public static int clamp(int val, int min, int max) {
        return Math.max(min, Math.min(max, val));
    }

    /** Returns the nearest value between min and max. */
    public static long clamp(long val, long min, long max) {
        return Math.max(min, Math.min(max, val));
    }

    /** Returns the nearest value between min and max. */
    public static float clamp(float val, float min, float max) {
        return Math.max(min, Math.min(max, val));
    }

    /** Returns the nearest value between min and max. */
    public static double clamp(double val, double min, double max) {
        return Math.max(min, Math.min(max, val));
    }
}
