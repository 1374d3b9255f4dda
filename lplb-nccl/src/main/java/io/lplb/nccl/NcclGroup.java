// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.nccl;

import io.lplb.exchange.WorkloadExchange;
import io.lplb.tornado.cuda.Cleanup;
import io.lplb.tornado.cuda.CudaDevice;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.CudaException;
import io.lplb.tornado.program.SourceGroup;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Settings by which a source connects with the others of its group, at first and again.
 *
 * @param sources the group and this source's place in it
 * @param hash of what decides a plan, the same for all
 * @param connectTimeout longest time to wait for the others
 * @param host what gathers when NCCL does not; null for nothing
 */
record NcclGroup(
        CudaDriver driver,
        Nccl nccl,
        int deviceIndex,
        SourceGroup sources,
        long hash,
        Duration connectTimeout,
        @Nullable WorkloadExchange host) {

    /**
     * Makes a communicator and its first gather; on a device that is current.
     *
     * @throws IllegalArgumentException if a source has other settings
     * @throws IllegalStateException if not all sources connect in time
     * @throws NcclException if NCCL refuses
     * @throws CudaException if the driver refuses
     */
    NcclCommunicator connect(CudaDevice device, byte[] id) {
        NcclCommunicator communicator =
                NcclCommunicator.connect(nccl, device, sources.sources(), sources.self(), id, connectTimeout);
        try {
            CommunicatorHandshake.run(driver, communicator, sources, hash, connectTimeout);
        } catch (RuntimeException e) {
            Cleanup cleanup = new Cleanup();
            cleanup.add(communicator::abort);
            cleanup.closeQuietly(e);
            throw e;
        }
        return communicator;
    }

    /** Returns this source among the others, for messages. */
    String name() {
        return "Source " + sources.self() + " of " + sources.sources();
    }
}
