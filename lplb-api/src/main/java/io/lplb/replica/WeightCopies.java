// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replica;

import java.util.Arrays;

/**
 * Order in which the weights of new replicas are copied between ranks, in rounds.
 *
 * <p>In a round every rank sends at most one expert and receives at most one, so that a round takes the time of one copy on
 * links that work in both directions. A rank that has received an expert passes it on in later rounds: one expert for n ranks
 * takes {@code ceil(log2(n + 1))} rounds instead of n (binomial tree). Experts with the most copies left go first.
 *
 * <p>No slot is overwritten while its weights are still needed: an expert's last holder keeps it until no copy of the expert is
 * left, and a slot that is read in a round is not written in the same.
 *
 * <pre>
 *   round 0   expert 7: rank 0 -&gt; rank 3
 *   round 1   expert 7: rank 0 -&gt; rank 5     expert 7: rank 3 -&gt; rank 6     expert 2: rank 5 -&gt; rank 1
 * </pre>
 *
 * <p>Deterministic: every rank computes the same order from the same plan. Not thread-safe while scheduling. Scheduling
 * allocates nothing.
 */
public final class WeightCopies {
    private static final int NONE = -1;

    private final ReplicaSettings settings;
    private final int[] expert;
    private final int[] source;
    private final int[] target;
    private final int[] firstOfRound;
    private final int[] waiting;
    private final int[] sorted;
    private final int[] left;
    private final int[] holders;
    private final int[] head;
    private final int[] next;
    private final int[] content;
    private final int[] readIn;
    private final int[] sendsIn;
    private final int[] receivesIn;
    private final int[] buckets;
    private int copies;
    private int rounds;

    /**
     * A workspace.
     *
     * @param settings those of the planner
     */
    public WeightCopies(ReplicaSettings settings) {
        this.settings = settings;
        int most = settings.ranks() * settings.spareSlots();
        expert = new int[most];
        source = new int[most];
        target = new int[most];
        firstOfRound = new int[most + 1];
        waiting = new int[most];
        sorted = new int[most];
        left = new int[settings.experts()];
        holders = new int[settings.experts()];
        head = new int[settings.experts()];
        next = new int[settings.physicalExperts()];
        content = new int[settings.physicalExperts()];
        readIn = new int[settings.physicalExperts()];
        sendsIn = new int[settings.ranks()];
        receivesIn = new int[settings.ranks()];
        buckets = new int[settings.ranks() * Math.max(1, settings.spareSlots()) + 2];
    }

    /**
     * Orders the copies of a plan.
     *
     * @param plan the plan
     * @param before {@code [physicalExperts]}, expert whose weights every slot holds before the copies, -1 for none: what the
     *     plan was made from. Slots on inactive ranks must be -1
     * @throws IllegalArgumentException if an expert has no slot to copy from, or no order avoids overwriting; then there is no
     *     schedule
     */
    public void schedule(ReplicaPlan plan, int[] before) {
        start(plan, before);
        int unscheduled = plan.copies();
        while (unscheduled > 0) {
            sortByCopiesLeft(plan, unscheduled);
            firstOfRound[rounds] = copies;
            int kept = 0;
            for (int k = 0; k < unscheduled; k++) {
                int copy = sorted[k];
                if (!place(plan.copyExpert(copy), plan.copyTarget(copy))) {
                    waiting[kept++] = copy;
                }
            }
            if (kept == unscheduled) {
                int copy = waiting[0];
                clear();
                throw new IllegalArgumentException("copy of expert " + plan.copyExpert(copy) + " into slot "
                        + plan.copyTarget(copy) + ": got no slot to read it from that no other copy overwrites,"
                        + " expected one on an active rank");
            }
            unscheduled = kept;
            finishRound();
        }
        firstOfRound[rounds] = copies;
    }

    private void clear() {
        copies = 0;
        rounds = 0;
        firstOfRound[0] = 0;
    }

    private void start(ReplicaPlan plan, int[] before) {
        if (before.length != content.length) {
            throw new IllegalArgumentException("before: got length " + before.length + ", expected " + content.length);
        }
        clear();
        Arrays.fill(left, 0);
        Arrays.fill(holders, 0);
        Arrays.fill(head, NONE);
        Arrays.fill(readIn, NONE);
        Arrays.fill(sendsIn, NONE);
        Arrays.fill(receivesIn, NONE);
        System.arraycopy(before, 0, content, 0, before.length);
        for (int p = before.length - 1; p >= 0; p--) {
            if (before[p] >= 0) {
                addHolder(before[p], p);
            }
        }
        for (int k = 0; k < plan.copies(); k++) {
            left[plan.copyExpert(k)]++;
            waiting[k] = k;
        }
    }

    /** Counting sort by falling number of copies left of the expert; equal ones keep their order. */
    private void sortByCopiesLeft(ReplicaPlan plan, int count) {
        Arrays.fill(buckets, 0);
        int last = buckets.length - 1;
        for (int k = 0; k < count; k++) {
            buckets[last - left[plan.copyExpert(waiting[k])]]++;
        }
        int at = 0;
        for (int b = 0; b <= last; b++) {
            int size = buckets[b];
            buckets[b] = at;
            at += size;
        }
        for (int k = 0; k < count; k++) {
            sorted[buckets[last - left[plan.copyExpert(waiting[k])]]++] = waiting[k];
        }
    }

    /** Puts a copy into the current round, if its target and a holder are idle and nothing needed is overwritten. */
    private boolean place(int copied, int slot) {
        int rank = slot / settings.slotsPerRank();
        if (receivesIn[rank] == rounds || readIn[slot] == rounds || isNeeded(slot)) {
            return false;
        }
        int from = head[copied];
        while (from >= 0 && (from == slot || sendsIn[from / settings.slotsPerRank()] == rounds)) {
            from = next[from];
        }
        if (from < 0) {
            return false;
        }
        if (content[slot] >= 0) {
            removeHolder(content[slot], slot);
            content[slot] = NONE;
        }
        receivesIn[rank] = rounds;
        sendsIn[from / settings.slotsPerRank()] = rounds;
        readIn[from] = rounds;
        left[copied]--;
        expert[copies] = copied;
        source[copies] = from;
        target[copies++] = slot;
        return true;
    }

    /** Whether a slot is the last that holds an expert of which copies are left. */
    private boolean isNeeded(int slot) {
        int held = content[slot];
        return held >= 0 && left[held] > 0 && holders[held] == 1;
    }

    /** Weights received in a round may be passed on from the next. */
    private void finishRound() {
        for (int k = firstOfRound[rounds]; k < copies; k++) {
            content[target[k]] = expert[k];
            addHolder(expert[k], target[k]);
        }
        rounds++;
    }

    private void addHolder(int held, int slot) {
        next[slot] = head[held];
        head[held] = slot;
        holders[held]++;
    }

    private void removeHolder(int held, int slot) {
        holders[held]--;
        if (head[held] == slot) {
            head[held] = next[slot];
            return;
        }
        int s = head[held];
        while (next[s] != slot) {
            s = next[s];
        }
        next[s] = next[slot];
    }

    /** {@return the number of rounds} */
    public int rounds() {
        return rounds;
    }

    /** {@return the number of copies} */
    public int copies() {
        return copies;
    }

    /**
     * {@return the first copy of a round; {@code round} may be {@link #rounds()}, which gives the end}
     *
     * @param round from 0 to the number of rounds
     */
    public int firstCopy(int round) {
        return firstOfRound[round];
    }

    /**
     * {@return the expert of a copy}
     *
     * @param copy from 0 to {@code copies - 1}
     */
    public int expert(int copy) {
        return expert[copy];
    }

    /**
     * {@return the physical slot that a copy is read from}
     *
     * @param copy from 0 to {@code copies - 1}
     */
    public int sourceSlot(int copy) {
        return source[copy];
    }

    /**
     * {@return the physical slot that a copy is written to}
     *
     * @param copy from 0 to {@code copies - 1}
     */
    public int targetSlot(int copy) {
        return target[copy];
    }

    /**
     * {@return the rank of a physical slot}
     *
     * @param slot a physical slot
     */
    public int rankOf(int slot) {
        return slot / settings.slotsPerRank();
    }

    /**
     * {@return the copy that a rank sends in a round, or -1}
     *
     * @param round from 0 to {@code rounds - 1}
     * @param rank from 0 to {@code ranks - 1}
     */
    public int sent(int round, int rank) {
        for (int k = firstOfRound[round]; k < firstOfRound[round + 1]; k++) {
            if (rankOf(source[k]) == rank) {
                return k;
            }
        }
        return NONE;
    }

    /**
     * {@return the copy that a rank receives in a round, or -1}
     *
     * @param round from 0 to {@code rounds - 1}
     * @param rank from 0 to {@code ranks - 1}
     */
    public int received(int round, int rank) {
        for (int k = firstOfRound[round]; k < firstOfRound[round + 1]; k++) {
            if (rankOf(target[k]) == rank) {
                return k;
            }
        }
        return NONE;
    }
}
