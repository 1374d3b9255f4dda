// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.placement;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Placement of the logical experts of one layer: each rank has the same number of physical slots, and each slot holds
 * one expert or is {@link #EMPTY}. An expert in several slots is replicated.
 *
 * <pre>
 *   physical slot = rank * slotsPerRank + local index
 *
 *   phy2log [physical]           the expert in a slot, -1 if it is empty
 *   log2phy [expert][replica]    its slots; the first is its original, where tokens go when nothing is balanced
 * </pre>
 *
 * <p>Ranks may form groups of consecutive ranks that no expert crosses (LPLB's topologies): then each group is a
 * problem of its own. {@code groupSize} says how many ranks a group has; it is the number of ranks if there is one.
 *
 * <p>Immutable, hence safe for use by several threads.
 */
public final class ExpertPlacement {
    /** Value of {@link #expertIn} for a slot without an expert. */
    public static final int EMPTY = -1;

    private final int ranks;
    private final int groupSize;
    private final int[] phy2log;
    private final int[][] log2phy;

    private ExpertPlacement(int ranks, int groupSize, int[] phy2log, int[][] log2phy) {
        this.ranks = ranks;
        this.groupSize = groupSize;
        this.phy2log = phy2log;
        this.log2phy = log2phy;
    }

    /**
     * A placement from its slots; an expert's replicas are numbered by rising slot.
     *
     * @param ranks number of ranks; divides the number of slots
     * @param groupSize ranks per group; divides the number of ranks
     * @param experts number of logical experts
     * @param phy2log {@code [physical]}, the expert in each slot, -1 if it is empty
     * @return the placement
     * @throws IllegalArgumentException if sizes do not fit, a slot names an unknown expert, an expert has no slot, or an expert
     *     has slots in two groups
     */
    public static ExpertPlacement of(int ranks, int groupSize, int experts, int[] phy2log) {
        Objects.requireNonNull(phy2log, "phy2log");
        int[] count = new int[Math.max(experts, 0)];
        for (int p = 0; p < phy2log.length; p++) {
            requireExpert(p, phy2log[p], experts);
            if (phy2log[p] != EMPTY) {
                count[phy2log[p]]++;
            }
        }
        int[][] log2phy = new int[count.length][];
        for (int e = 0; e < count.length; e++) {
            log2phy[e] = new int[count[e]];
        }
        Arrays.fill(count, 0);
        for (int p = 0; p < phy2log.length; p++) {
            int e = phy2log[p];
            if (e != EMPTY) {
                log2phy[e][count[e]++] = p;
            }
        }
        return of(ranks, groupSize, phy2log, log2phy);
    }

    /**
     * A placement from both directions, where the order of an expert's replicas matters: the first is its original.
     *
     * @param ranks number of ranks; divides the number of slots
     * @param groupSize ranks per group; divides the number of ranks
     * @param phy2log {@code [physical]}, the expert in each slot, -1 if it is empty
     * @param log2phy {@code [experts][replicas of the expert]}, without padding
     * @return the placement
     * @throws IllegalArgumentException if sizes do not fit, the two disagree, an expert has no slot, or an expert has
     *     slots in two groups
     */
    public static ExpertPlacement of(int ranks, int groupSize, int[] phy2log, int[][] log2phy) {
        Objects.requireNonNull(phy2log, "phy2log");
        Objects.requireNonNull(log2phy, "log2phy");
        if (ranks < 1 || phy2log.length == 0 || phy2log.length % ranks != 0) {
            throw new IllegalArgumentException("got " + phy2log.length + " physical slots on " + ranks
                    + " ranks, expected a positive multiple of the number of ranks");
        }
        if (groupSize < 1 || ranks % groupSize != 0) {
            throw new IllegalArgumentException(
                    "groupSize: got " + groupSize + ", expected a divisor of the " + ranks + " ranks");
        }
        for (int p = 0; p < phy2log.length; p++) {
            requireExpert(p, phy2log[p], log2phy.length);
        }
        int slotsPerGroup = phy2log.length / ranks * groupSize;
        boolean[] seen = new boolean[phy2log.length];
        int[][] copy = new int[log2phy.length][];
        for (int e = 0; e < log2phy.length; e++) {
            copy[e] = log2phy[e].clone();
            requireSlots(e, copy[e], phy2log, seen, slotsPerGroup);
        }
        for (int p = 0; p < seen.length; p++) {
            if (!seen[p] && phy2log[p] != EMPTY) {
                throw new IllegalArgumentException("log2phy[" + phy2log[p] + "]: got no slot " + p
                        + ", expected it since phy2log[" + p + "] = " + phy2log[p]);
            }
        }
        return new ExpertPlacement(ranks, groupSize, phy2log.clone(), copy);
    }

    /**
     * A placement in which an expert's replicas are numbered by rising slot, but for the original, which is the first.
     *
     * @param original {@code [experts]}, a slot of each expert; where the slot holds another expert, the lowest slot is
     *     the original
     */
    static ExpertPlacement withOriginals(int ranks, int groupSize, int experts, int[] phy2log, int[] original) {
        int[][] log2phy = of(ranks, groupSize, experts, phy2log).log2phy();
        for (int e = 0; e < experts; e++) {
            int[] slots = log2phy[e];
            for (int k = 1; k < slots.length; k++) {
                if (slots[k] == original[e]) {
                    System.arraycopy(slots, 0, slots, 1, k);
                    slots[0] = original[e];
                }
            }
        }
        return of(ranks, groupSize, phy2log, log2phy);
    }

    private static void requireExpert(int slot, int expert, int experts) {
        if (expert < EMPTY || expert >= experts) {
            throw new IllegalArgumentException("phy2log[" + slot + "]: got expert " + expert + ", expected 0.."
                    + (experts - 1) + ", or -1 for an empty slot");
        }
    }

    private static void requireSlots(int expert, int[] slots, int[] phy2log, boolean[] seen, int slotsPerGroup) {
        if (slots.length == 0) {
            throw new IllegalArgumentException("expert " + expert + ": got no physical slot, expected at least one");
        }
        for (int k = 0; k < slots.length; k++) {
            int p = slots[k];
            String entry = "log2phy[" + expert + "][" + k + "]: got slot " + p;
            if (p < 0 || p >= phy2log.length) {
                throw new IllegalArgumentException(entry + ", expected 0.." + (phy2log.length - 1));
            }
            if (phy2log[p] != expert || seen[p]) {
                throw new IllegalArgumentException(
                        entry + ", which holds expert " + phy2log[p] + "; expected each of the expert's slots once");
            }
            seen[p] = true;
            if (p / slotsPerGroup != slots[0] / slotsPerGroup) {
                throw new IllegalArgumentException(entry + " in another group of ranks than slot " + slots[0]
                        + "; expected all replicas of an expert in one group");
            }
        }
    }

    /** {@return the number of ranks} */
    public int ranks() {
        return ranks;
    }

    /** {@return the number of consecutive ranks that form a group; no expert crosses groups} */
    public int groupSize() {
        return groupSize;
    }

    /** {@return the number of logical experts} */
    public int experts() {
        return log2phy.length;
    }

    /** {@return the number of physical slots over all ranks} */
    public int physicalExperts() {
        return phy2log.length;
    }

    /** {@return the number of physical slots on each rank} */
    public int slotsPerRank() {
        return phy2log.length / ranks;
    }

    /**
     * {@return the rank of a physical slot}
     *
     * @param slot from 0 to {@code physicalExperts - 1}
     */
    public int rankOf(int slot) {
        return slot / slotsPerRank();
    }

    /**
     * {@return the logical expert in a physical slot, or {@link #EMPTY}}
     *
     * @param slot from 0 to {@code physicalExperts - 1}
     */
    public int expertIn(int slot) {
        return phy2log[slot];
    }

    /**
     * {@return the number of replicas of an expert, its original included}
     *
     * @param expert from 0 to {@code experts - 1}
     */
    public int replicaCount(int expert) {
        return log2phy[expert].length;
    }

    /**
     * {@return the slot of an expert's k-th replica; replica 0 is the original}
     *
     * @param expert from 0 to {@code experts - 1}
     * @param replica from 0 to {@code replicaCount(expert) - 1}
     */
    public int slotOf(int expert, int replica) {
        return log2phy[expert][replica];
    }

    /**
     * {@return the distinct ranks of an expert, the original's first, then in the order of its replicas}
     *
     * @param expert from 0 to {@code experts - 1}
     */
    public int[] ranksOf(int expert) {
        return Arrays.stream(log2phy[expert]).map(this::rankOf).distinct().toArray();
    }

    /**
     * Numbers of failed ranks and nodes that the placement survives.
     *
     * @param ranksPerNode consecutive ranks that share a node, at least 1; the last node may have fewer
     * @return how many dead ranks and nodes leave every expert a slot
     * @throws IllegalArgumentException if {@code ranksPerNode} is not positive
     */
    public Coverage coverage(int ranksPerNode) {
        return Coverage.of(this, ranksPerNode);
    }

    /**
     * Numbers of failures that the placement survives if every rank is a node of its own.
     *
     * @return how many dead ranks leave every expert a slot
     */
    public Coverage coverage() {
        return Coverage.of(this, 1);
    }

    /** {@return a copy of phy2log, {@code [physical]}, -1 for empty slots} */
    public int[] phy2log() {
        return phy2log.clone();
    }

    /** {@return a copy of log2phy, {@code [experts][replicas of the expert]}, without padding} */
    public int[][] log2phy() {
        int[][] copy = new int[log2phy.length][];
        for (int e = 0; e < copy.length; e++) {
            copy[e] = log2phy[e].clone();
        }
        return copy;
    }

    /** {@return the number of replicas of every expert, {@code [experts]}} */
    public int[] counts() {
        int[] counts = new int[log2phy.length];
        for (int e = 0; e < counts.length; e++) {
            counts[e] = log2phy[e].length;
        }
        return counts;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ExpertPlacement that
                && ranks == that.ranks
                && groupSize == that.groupSize
                && Arrays.deepEquals(log2phy, that.log2phy)
                && phy2log.length == that.phy2log.length;
    }

    @Override
    public int hashCode() {
        return Arrays.deepHashCode(log2phy);
    }

    @Override
    public String toString() {
        return "ExpertPlacement[ranks=" + ranks + ", groupSize=" + groupSize + ", experts=" + experts() + ", slots="
                + physicalExperts() + "]";
    }
}
