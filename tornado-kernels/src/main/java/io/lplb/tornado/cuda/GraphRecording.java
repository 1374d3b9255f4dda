// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.cuda;

/** Records what is put on a stream as a CUDA graph. */
public final class GraphRecording {
    private GraphRecording() {}

    /**
     * Records; nothing is executed, and nothing is left behind by a failure.
     *
     * @param stream takes the work instead of executing it
     * @return the executable graph
     */
    public static long record(CudaDriver driver, long stream, Runnable work) {
        driver.beginCapture(stream);
        try {
            work.run();
        } catch (RuntimeException e) {
            try {
                driver.destroyGraph(driver.endCapture(stream));
            } catch (CudaException invalid) {
                e.addSuppressed(invalid);
            }
            throw e;
        }
        long graph = driver.endCapture(stream);
        try {
            return driver.instantiate(graph);
        } finally {
            driver.destroyGraph(graph);
        }
    }
}
