// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cluster;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/**
 * Results of one rank's replay over all rounds so far.
 *
 * @param rank the rank
 * @param transport what its counts travelled over and why
 * @param rounds rounds that it took part in
 * @param agreed rounds by a plan of all ranks' counts
 * @param partial rounds by a plan without the counts of absent ranks
 * @param lastPlan rounds by an earlier plan
 * @param originals rounds without a plan
 * @param skipped rounds left out to catch up
 * @param outcomes the rounds' outcomes in order, such as {@code 0-19 AGREED, 20 LAST_PLAN}
 * @param tokens ids routed
 * @param invalid ids that came out at a slot of another expert; always 0, or something is broken
 * @param uncovered ids that got no slot, as their expert has no active rank
 * @param lost ids that got no slot though a rank has their expert; always 0, or something is broken
 * @param planned tokens that the agreed plans send to each rank, summed, {@code [ranks]}
 * @param routed this rank's tokens that went to each rank in those rounds, summed, {@code [ranks]}
 * @param imbalance busiest rank / mean in the agreed plans, summed
 * @param imbalanceBefore the same without balancing
 * @param offNode tokens of all ranks that left their node in planned rounds, summed
 * @param savedOffNode tokens of all ranks that were kept on their node, summed
 * @param comparedPlans plans compared with the other ranks'
 * @param differingPlans plans that differed
 * @param firstDifference where, in words; empty if none did
 * @param exchangeNanos histogram of the exchange's time, encoded
 * @param planNanos histogram of the plan's time, encoded
 */
public record RankResult(
        int rank,
        String transport,
        long rounds,
        long agreed,
        long partial,
        long lastPlan,
        long originals,
        long skipped,
        String outcomes,
        long tokens,
        long invalid,
        long uncovered,
        long lost,
        List<Long> planned,
        List<Long> routed,
        double imbalance,
        double imbalanceBefore,
        double offNode,
        double savedOffNode,
        long comparedPlans,
        long differingPlans,
        String firstDifference,
        String exchangeNanos,
        String planNanos) {

    static String encode(Histogram histogram) {
        ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int length = histogram.encodeIntoCompressedByteBuffer(buffer);
        return Base64.getEncoder().encodeToString(Arrays.copyOf(buffer.array(), length));
    }

    /** Reads a histogram of this result. */
    static Histogram decode(String text) {
        try {
            return Histogram.decodeFromCompressedByteBuffer(
                    ByteBuffer.wrap(Base64.getDecoder().decode(text)), 0);
        } catch (DataFormatException e) {
            throw new IllegalArgumentException("histogram: got text that is none, expected one", e);
        }
    }
}
