// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.cuda;

/**
 * The stream of a caller, if it has one. Any number may be a stream, 0 (the legacy default stream) among them.
 *
 * @param given whether there is one
 * @param handle its CUstream
 */
public record CallerStream(boolean given, long handle) {
    public static final CallerStream NONE = new CallerStream(false, 0);

    /** Returns the caller's stream, or another one if there is none. */
    public long or(long other) {
        return given ? handle : other;
    }
}
