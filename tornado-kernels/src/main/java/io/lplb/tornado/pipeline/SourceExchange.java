// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.pipeline;

import io.lplb.tornado.program.SourceGroup;

/**
 * Exchange of counts between the sources of one plan, as a pipeline drives it. A call of the pipeline is one round:
 *
 * <pre>
 *   callBegins  [enter  takeReturn?  gather  leave]  or  [gatherOnHost]  callEnds
 * </pre>
 *
 * <p>{@link #signalArray}, {@link #group} and {@link #recordsGather} do not change. All methods are called by the thread that
 * launches; none may allocate in a usual round.
 */
public interface SourceExchange {

    /** {@return the sources} */
    SourceGroup group();

    /** {@return the device address of the array with the words of {@link io.lplb.tornado.kernel.pipeline.SourceLayout}} */
    long signalArray();

    /** {@return whether the graph of a run that comes again contains the gather} */
    boolean recordsGather();

    /** {@return whether a plan has been made} */
    boolean hasPlan();

    /** Begins a call that launches a round. */
    void callBegins();

    /** Ends the call. */
    void callEnds();

    /** Begins a round; true if the device gathers in it. Then {@link #leave} must follow. */
    boolean enter();

    /** Ends the use of the device's communicator that {@link #enter} began. */
    void leave();

    /** {@return whether the round is the first after a return to the device's gather; true once} */
    boolean takeReturn();

    /** {@return the largest counter of rounds of all sources before the return} */
    int base();

    /**
     * Puts the gather of all rows on a stream.
     *
     * @param own device address of this source's row
     * @param all device address of all rows
     * @param words elements of a row
     * @throws GatherException if the communicator has failed
     */
    void gather(long own, long all, int words, long stream);

    /** Ends the communicator after a failure. */
    void failed(String reason);

    /** {@return whether the host can gather instead} */
    boolean hasHost();

    /**
     * Gathers a round by the host's transport.
     *
     * @param own this source's counts
     * @param all receives the counts of all sources
     * @param round this source's counter of rounds on the device
     * @return false if counts are missing
     */
    boolean gatherOnHost(int[] own, int[] all, int round);

    /** Notes that the device gathers again and counts on from a round. */
    void continued(int round);
}
