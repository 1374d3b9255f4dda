// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.cuda;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Resources to free, in the reverse of the order in which it was taken. A step that fails does not keep the others from
 * being tried.
 *
 * <p>Not thread-safe.
 */
public final class Cleanup implements AutoCloseable {
    private final Deque<Runnable> steps = new ArrayDeque<>();

    public void add(Runnable step) {
        steps.push(step);
    }

    /** Runs the steps, each once; throws the first failure. */
    @Override
    public void close() {
        RuntimeException first = closeQuietly(null);
        if (first != null) {
            throw first;
        }
    }

    /** Runs the steps after a failure, to which theirs are added. */
    public @Nullable RuntimeException closeQuietly(@Nullable RuntimeException failure) {
        RuntimeException first = failure;
        while (!steps.isEmpty()) {
            try {
                steps.pop().run();
            } catch (RuntimeException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        return first;
    }
}
