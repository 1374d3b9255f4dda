// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

/**
 * Times of one execution, in nanoseconds, and the bytes it copied.
 *
 * @param total everything
 * @param compilation resolving and loading kernels
 * @param kernels running them
 * @param copyIn copies to the device
 * @param copyOut copies to the host
 * @param bytesIn bytes copied to the device
 * @param bytesOut bytes copied to the host
 */
public record ExecutionTimes(
        long total, long compilation, long kernels, long copyIn, long copyOut, long bytesIn, long bytesOut) {}
