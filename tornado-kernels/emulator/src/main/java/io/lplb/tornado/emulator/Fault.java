// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

/** Faults of a launch or a kernel. */
public enum Fault {
    /** The grid, the arguments or the kernel's method do not allow a launch. */
    LAUNCH,
    /** Two threads used one element without a barrier between them, and at least one of them wrote. */
    RACE,
    /** Not all threads of a work-group reached one and the same barrier. */
    BARRIER,
    /** Not all 32 lanes of a warp reached one and the same shuffle. */
    SHUFFLE,
    /** An index outside of an array. */
    OUT_OF_BOUNDS,
    /** An element was read that nothing has written: local memory, or a device array never copied in. */
    UNINITIALISED,
    /** Local arrays: more than a work-group has, or threads that disagree about one. */
    LOCAL_MEMORY,
    /** A thread went round its loops too often without a barrier, a shuffle or an end. */
    ENDLESS,
    /** The kernel uses what TornadoVM's PTX backend cannot compile. */
    UNSUPPORTED,
    /** The kernel threw. */
    EXCEPTION
}
