// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import io.lplb.problem.MinMaxBatch;
import io.lplb.solver.SplitBatch;

/**
 * One fused kernel, ready to be launched for batches of up to {@link #capacity} groups, however it is launched and wherever
 * its answers are certified: {@link HostCertified} on the host, {@link CertifiedGroups} on the device.
 *
 * <p>Belongs to one thread.
 */
public interface KernelLaunch extends AutoCloseable {

    /** Returns the most groups of a launch. */
    int capacity();

    /**
     * Solves the groups {@code first .. first + count - 1} of a batch, and writes their shares and reports; a group without a
     * valid answer becomes INVALID.
     *
     * @return true if all of them are OPTIMAL; false if one may be something else
     */
    boolean solve(MinMaxBatch batch, int first, int count, SplitBatch split);

    /** Frees buffers and code. */
    @Override
    void close();
}
