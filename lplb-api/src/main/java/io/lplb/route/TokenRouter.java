// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.route;

import io.lplb.array.ArrayLength;
import io.lplb.count.TokenBuffer;
import io.lplb.count.TokenCounter;
import io.lplb.quota.ReplicaLayout;
import java.util.Objects;

/**
 * Sends every token to one replica of its expert, so that each replica gets exactly its quota.
 *
 * <p>The c-th token of an expert with n tokens takes position {@code p(c) = (start + c * stride) mod n}, where stride has
 * no common divisor with n, so that the positions of all n tokens are all of 0..n-1. The positions are divided among the
 * replicas by their running quotas:
 *
 * <pre>
 *   position   0 ............... bound 0 ......... bound 1 ....... n
 *   replica    |    replica 0    |    replica 1    |   replica 2   |
 * </pre>
 *
 * <p>With a stride near n / golden ratio, consecutive tokens fall far apart (Knuth, TAOCP 3, 6.4), so every stretch of
 * the batch is divided like the whole. Deterministic: no random numbers, no hash. (LPLB takes a fixed multiplier of 499,
 * which stops permuting when 499 divides n.) A source that knows how many tokens of the expert come before its own
 * starts there and needs no other word with the other sources.
 *
 * <p>State, one record per expert, with room for the largest number of replicas (K); unused bounds never count:
 *
 * <pre>
 *   | position | n - stride | n | bound 0 .. bound K-2 | slot 0 .. slot K-1 |
 * </pre>
 *
 * The replica is the number of bounds at or below the position. Counting it and stepping on go without a branch, by
 * signs of differences: which replica comes next is meant to be unpredictable, and a processor that guesses pays more
 * for its errors than all the arithmetic costs.
 *
 * <p>Not thread-safe. Routing allocates nothing.
 */
public final class TokenRouter {
    private static final double GOLDEN_RATIO = 1.618033988749895;

    /** Strides found so far, 0 for none. Threads that find the same one write the same value. */
    private static final char[] STRIDES = new char[1 << 14];

    private static final int POSITION = 0;
    private static final int ROOM = 1;
    private static final int TOTAL = 2;
    private static final int BOUND = 3;
    private static final int PAIR_WIDTH = 6;

    private final ReplicaLayout replicas;
    private final int experts;
    private final int bounds;
    private final int width;
    private final int[] record;
    private final int[] firstReplicas;
    private final int slots;

    /** Where the bounds of an expert end in {@link #record}: all of a fixed layout, as many as it has replicas otherwise. */
    private final int[] ends;

    private final int[] chunk = new int[TokenBuffer.CHUNK];

    /**
     * A router that sends every token to the first replica of its expert until {@link #load} is called.
     *
     * @param replicas the layout of the replicas
     * @param experts number of experts
     */
    public TokenRouter(ReplicaLayout replicas, int experts) {
        this.replicas = Objects.requireNonNull(replicas, "replicas");
        this.experts = experts;
        int most = replicas.mostReplicas();
        bounds = most - 1;
        width = BOUND + bounds + most;
        record = new int[ArrayLength.of(experts, "experts", width, "numbers of a record")];
        firstReplicas = new int[experts];
        ends = new int[experts];
        slots = replicas.physicalExperts();
        for (int e = 0; e < experts; e++) {
            readSlots(e);
            clear(e * width);
        }
    }

    private void readSlots(int expert) {
        int first = replicas.firstReplica(expert);
        int end = replicas.firstReplica(expert + 1);
        int slotAt = expert * width + BOUND + bounds - first;
        for (int k = first; k < end; k++) {
            record[slotAt + k] = replicas.slot(k);
        }
        ends[expert] = expert * width + BOUND + (replicas.isFixed() ? bounds : end - first - 1);
    }

    private void clear(int at) {
        record[at + POSITION] = 0;
        record[at + ROOM] = 1;
        record[at + TOTAL] = 1;
        for (int k = 0; k < bounds; k++) {
            record[at + BOUND + k] = Integer.MAX_VALUE;
        }
    }

    /**
     * Takes over quotas and puts every expert at the position of its first token. Tokens of an expert without a quota go to
     * its first replica.
     *
     * @param quota {@code [replicas]}, tokens per replica; an expert's sum is at most 2^31 - 1
     * @param before {@code [experts]}, tokens of each expert that other sources send ahead of this one's
     */
    public void load(long[] quota, long[] before) {
        load(quota, before, firstReplicas);
    }

    /**
     * Takes over quotas and puts every expert at the position of its first token.
     *
     * @param quota as for {@link #load(long[], long[])}
     * @param before as there
     * @param home {@code [experts]}, the replica, counted among those of the expert, that takes its tokens if its quotas are
     *     all 0; -1 if its tokens go nowhere and get the slot -1
     * @throws IllegalArgumentException if a length is wrong, or a quota is negative or too large; nothing has changed then
     */
    public void load(long[] quota, long[] before, int[] home) {
        requireLength("quota", quota.length, replicas.capacity());
        requireLength("before", before.length, experts);
        requireLength("home", home.length, experts);
        requireTotals(quota);
        for (int e = 0; e < experts; e++) {
            int at = e * width;
            int first = replicas.firstReplica(e);
            int end = replicas.firstReplica(e + 1);
            if (!replicas.isFixed()) {
                readSlots(e);
            }
            record[at + BOUND + bounds] = replicas.slot(first);
            long total = 0;
            int used = 0;
            int last = 0;
            for (int k = first; k < end; k++) {
                total += quota[k];
                if (quota[k] > 0) {
                    used++;
                    last = k - first;
                }
                if (k < end - 1) {
                    record[at + BOUND + k - first] = (int) total;
                }
            }
            int n = (int) total;
            if (used < 2) {
                sendTo(at, used == 0 ? home[e] : last);
            } else {
                int stride = stride(n);
                record[at + ROOM] = n - stride;
                record[at + TOTAL] = n;
                record[at + POSITION] = (int) (before[e] % n * stride % n);
                for (int k = end - first - 1; k < bounds; k++) {
                    record[at + BOUND + k] = Integer.MAX_VALUE;
                }
            }
        }
    }

    private static void requireLength(String name, int got, int expected) {
        if (got != expected) {
            throw new IllegalArgumentException(name + ": got length " + got + ", expected " + expected);
        }
    }

    private void requireTotals(long[] quota) {
        int replicaCount = replicas.firstReplica(experts);
        long all = 0;
        for (int k = 0; k < replicaCount; k++) {
            all |= quota[k];
        }
        // No sum of so small quotas is too large.
        if (all >= 0 && all <= Integer.MAX_VALUE / (bounds + 1)) {
            return;
        }
        for (int e = 0; e < experts; e++) {
            long total = 0;
            for (int k = replicas.firstReplica(e); k < replicas.firstReplica(e + 1); k++) {
                if (quota[k] < 0 || quota[k] > Integer.MAX_VALUE - total) {
                    throw new IllegalArgumentException("quota[" + k + "]: got " + quota[k] + " tokens after " + total
                            + " of expert " + e + ", expected 0.." + Integer.MAX_VALUE + " for the expert");
                }
                total += quota[k];
            }
        }
    }

    /** Sends all tokens of an expert to one of its replicas, whatever their position; nowhere if that is -1. */
    private void sendTo(int at, int replica) {
        clear(at);
        if (replica < 0) {
            record[at + BOUND + bounds] = -1;
        }
        for (int k = 0; k < replica; k++) {
            record[at + BOUND + k] = 0;
        }
    }

    /**
     * The number nearest below n / golden ratio that has no common divisor with n; 0 for n = 1.
     *
     * @param n tokens of an expert, not negative
     * @return a stride that visits all n positions
     */
    public static int stride(int n) {
        if (n >= STRIDES.length) {
            return findStride(n);
        }
        int known = STRIDES[n];
        if (known == 0) {
            known = findStride(n);
            STRIDES[n] = (char) known;
        }
        return known;
    }

    private static int findStride(int n) {
        int stride = (int) (n / GOLDEN_RATIO);
        while (stride > 1 && gcd(stride, n) != 1) {
            stride--;
        }
        return n == 1 ? 0 : Math.max(stride, 1);
    }

    private static int gcd(int a, int b) {
        int x = a;
        int y = b;
        while (y != 0) {
            int r = x % y;
            x = y;
            y = r;
        }
        return x;
    }

    /**
     * Routes ids; successive calls continue where the last one stopped.
     *
     * @param ids logical expert of every token; -1 stays -1
     * @param out physical slot of every token, as long as {@code ids}, which it may be
     * @throws IllegalArgumentException if an id is below -1 or names no expert, or the lengths differ
     */
    public void route(int[] ids, int[] out) {
        requireRoutable(ids, out);
        route(ids, out, ids.length);
    }

    /**
     * Checks ids as {@link #route(int[], int[])} does.
     *
     * @param ids logical expert of every token, -1 for none
     * @param out as long as {@code ids}
     * @throws IllegalArgumentException if an id is below -1 or names no expert, or the lengths differ
     */
    public void requireRoutable(int[] ids, int[] out) {
        Objects.requireNonNull(ids, "ids");
        if (out.length != ids.length) {
            throw new IllegalArgumentException(
                    "out: got length " + out.length + ", expected " + ids.length + " as ids");
        }
        TokenCounter.requireIds(ids, experts);
    }

    /**
     * Routes ids of any form; successive calls continue where the last one stopped.
     *
     * @param ids logical expert of every token; padding stays padding
     * @param out physical slot of every token, as long as {@code ids}, of any type that holds the slots; it may be
     *     {@code ids}, but must not overlap with it otherwise
     * @throws IllegalArgumentException if an id is no expert and no padding, the lengths differ, {@code out} is read-only or
     *     cannot hold a slot or padding, or a padding value is an expert or a slot; nothing has been written then
     */
    public void route(TokenBuffer ids, TokenBuffer out) {
        if (out.length() != ids.length()) {
            throw new IllegalArgumentException(
                    "out: got length " + out.length() + ", expected " + ids.length() + " as ids");
        }
        out.requireWritable("out", slots);
        ids.requireIds("ids", experts, chunk);
        for (long at = 0; at < ids.length(); at += TokenBuffer.CHUNK) {
            int read = ids.read(at, chunk);
            route(chunk, chunk, read);
            out.write(at, chunk, read);
        }
    }

    private void route(int[] ids, int[] out, int length) {
        if (bounds == 1) {
            routePairs(ids, out, length);
        } else {
            routeAny(ids, out, length);
        }
    }

    /** Two replicas at most: one comparison, in records of a constant width. */
    private void routePairs(int[] ids, int[] out, int length) {
        for (int k = 0; k < length; k++) {
            int id = ids[k];
            if (id >= 0) {
                int at = id * PAIR_WIDTH;
                int p = next(at);
                out[k] = record[at + BOUND + 1 + atLeast(p, record[at + BOUND])];
            } else {
                out[k] = -1;
            }
        }
    }

    private void routeAny(int[] ids, int[] out, int length) {
        for (int k = 0; k < length; k++) {
            int id = ids[k];
            if (id >= 0) {
                int at = id * width;
                int p = next(at);
                int replica = 0;
                int end = ends[id];
                for (int b = at + BOUND; b < end; b++) {
                    replica += atLeast(p, record[b]);
                }
                out[k] = record[at + BOUND + bounds + replica];
            } else {
                out[k] = -1;
            }
        }
    }

    /** 1 if the position is at least the bound, else 0; neither is negative. */
    private static int atLeast(int position, int bound) {
        return (bound - 1 - position) >>> 31;
    }

    /** The current position; steps on to (position + stride) mod n, without overflow. */
    private int next(int at) {
        int p = record[at + POSITION];
        int beyond = p - record[at + ROOM];
        record[at + POSITION] = beyond + (record[at + TOTAL] & (beyond >> 31));
        return p;
    }
}
