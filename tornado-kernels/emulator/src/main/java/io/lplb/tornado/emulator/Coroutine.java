// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

/**
 * A body of code that can be left in the middle and entered again there. Bodies never run at the same time: whoever
 * resumes waits until the body suspends or ends, so that device threads pass a baton and their order is the scheduler's.
 */
abstract sealed class Coroutine permits ContinuationCoroutine, ThreadCoroutine {
    /** Runs the body until it suspends or ends. Called from outside of it. */
    abstract void resume();

    /** Goes back to the caller of {@link #resume}. Called from inside the body. */
    abstract void suspend();

    /** Ends a suspended body for good, whatever it was about to do. Called from outside of it. */
    abstract void abandon();

    static Coroutine of(Runnable body, boolean continuation) {
        return continuation ? new ContinuationCoroutine(body) : new ThreadCoroutine(body);
    }
}
