// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.pipeline;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.lplb.array.ArrayLength;
import io.lplb.tornado.cuda.Cleanup;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.DeviceArrays;
import io.lplb.tornado.cuda.PinnedMemory;
import io.lplb.tornado.kernel.pipeline.SourceLayout;
import io.lplb.tornado.program.SourceGroup;
import java.lang.foreign.MemorySegment;

/**
 * Gather of a launch where the tokens of several sources are planned together: on the device, or by the host's transport ({@link
 * #gatherOnHost}).
 */
final class SourceStage {
    /** Place of the counter of rounds in the state, see {@link SourceLayout}. */
    private static final int ROUND_AT = 0;

    private final CudaDriver driver;
    private final SourceExchange exchange;
    private final SourceGroup group;
    private final int experts;
    private final int rowWords;
    private final long rows;
    private final long state;
    private final PinnedMemory hostRows;
    private final int[] ownCounts;
    private final int[] allCounts;

    /**
     * @param all device address of the array of all rows
     * @param state device address of the array of the counters
     */
    SourceStage(CudaDriver driver, Cleanup cleanup, SourceExchange exchange, int experts, long all, long state) {
        this.driver = driver;
        this.exchange = exchange;
        this.experts = experts;
        group = exchange.group();
        rowWords = SourceLayout.row(experts);
        rows = all + DeviceArrays.HEADER;
        this.state = state + DeviceArrays.HEADER;
        hostRows = PinnedMemory.take(driver, cleanup, (long) Integer.BYTES * group.sources() * rowWords);
        ownCounts = new int[experts];
        allCounts = new int[ArrayLength.of(group.sources(), "sources", experts, "experts")];
    }

    SourceExchange exchange() {
        return exchange;
    }

    private long ownRow() {
        return rows + (long) Integer.BYTES * rowWords * group.self();
    }

    /** Puts the gather on a stream; only while the communicator is entered. */
    void gather(long on) {
        exchange.gather(ownRow(), rows, rowWords, on);
    }

    /**
     * Gathers the rows by the host's transport: waits for the stream, and for the other sources until the deadline. Rows that
     * did not come stay as they were, with an old round's number.
     */
    void gatherOnHost(long stream) {
        long rowBytes = (long) Integer.BYTES * rowWords;
        int self = group.self();
        driver.copyToHost(hostRows.address() + rowBytes * self, ownRow(), rowBytes, stream);
        driver.synchronise(stream);
        MemorySegment.copy(hostRows.segment(), JAVA_INT, rowBytes * self, ownCounts, 0, experts);
        int round = hostRows.segment().get(JAVA_INT, rowBytes * self + (long) Integer.BYTES * experts);
        if (!exchange.gatherOnHost(ownCounts, allCounts, round)) {
            return;
        }
        for (int s = 0; s < group.sources(); s++) {
            MemorySegment.copy(allCounts, s * experts, hostRows.segment(), JAVA_INT, rowBytes * s, experts);
            hostRows.segment().set(JAVA_INT, rowBytes * s + (long) Integer.BYTES * experts, round);
        }
        driver.copyToDevice(rows, hostRows.address(), rowBytes * group.sources(), stream);
    }

    /** Lets the device count on from a round that all sources have in common; those that were away have counted less. */
    void continueAt(int round, long on) {
        driver.fill(state + (long) Integer.BYTES * ROUND_AT, round, 1, on);
        exchange.continued(round);
    }
}
