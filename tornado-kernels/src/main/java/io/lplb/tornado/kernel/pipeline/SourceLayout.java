// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.pipeline;

/**
 * The buffers of {@link SourceKernels} beside those of {@link PipelineLayout}; all elements are 4 bytes.
 *
 * <pre>
 *   all     [sources] of | tokens of every expert [experts] | round | unused |     a row is a multiple of 16 bytes
 *   state   | round | last complete round | rounds that missed a source | unused |
 *   signal  | round begun | round ended | last complete round | rounds that missed a source |
 *   own     as plan, for the tokens of this source
 * </pre>
 *
 * <p>Rounds are counted on the device, so that a recorded launch counts on. The signal is in the host's memory, and only
 * written: the host sees there, without a call, how far the device is. A round has ended when its rows have been looked at.
 */
public final class SourceLayout {
    /** Places in {@code state}. */
    static final int ROUND = 0;

    static final int AGREED = 1;
    static final int MISSED = 2;

    /** Elements of {@code state}. */
    public static final int STATE = 4;

    /** Place of the round in which counts are gathered, or were last, in {@code signal}. */
    public static final int BEGUN = 0;

    /** Place of the round in which counts were gathered last, complete or not, in {@code signal}. */
    public static final int ENDED = 1;

    /** Place of the last round that had the counts of all sources, 0 if there was none, in {@code signal}. */
    public static final int AGREED_ROUND = 2;

    /** Place of the number of rounds that lacked a source's counts, in {@code signal}. */
    public static final int MISSED_ROUNDS = 3;

    /** Elements of {@code signal}. */
    public static final int SIGNAL = 4;

    /** Threads of a work-group of {@link SourceKernels#share}. */
    public static final int SHARE_THREADS = 64;

    private static final int ROW_STEP = 4;

    private SourceLayout() {}

    /**
     * Returns the elements of a row of {@code all}; the round stands behind the experts.
     *
     * @param experts number of experts
     * @return a multiple of 4
     */
    public static int row(int experts) {
        return (experts / ROW_STEP + 1) * ROW_STEP;
    }
}
