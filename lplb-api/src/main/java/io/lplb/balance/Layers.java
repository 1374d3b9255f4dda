// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import org.jspecify.annotations.Nullable;

/** Checks and closes the balancers of several layers. */
final class Layers {
    private Layers() {}

    static void requireLayers(String prefix, String what, int got, int layers) {
        if (got != layers) {
            throw new IllegalArgumentException(
                    prefix + what + ": got length " + got + ", expected " + layers + " layers");
        }
    }

    /** Closes all; then throws what the first one threw. */
    static void close(@Nullable AutoCloseable[] layers) {
        RuntimeException thrown = null;
        for (AutoCloseable layer : layers) {
            try {
                if (layer != null) {
                    layer.close();
                }
            } catch (Exception e) {
                if (thrown == null) {
                    thrown = e instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(e);
                } else {
                    thrown.addSuppressed(e);
                }
            }
        }
        if (thrown != null) {
            throw thrown;
        }
    }

    /** Closes those that were made before one could not be. */
    static void closeQuietly(@Nullable AutoCloseable[] layers, Throwable cause) {
        try {
            close(layers);
        } catch (RuntimeException e) {
            cause.addSuppressed(e);
        }
    }
}
