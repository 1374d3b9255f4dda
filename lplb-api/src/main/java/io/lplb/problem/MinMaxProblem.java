// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.problem;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The unchanging part of a min-max problem: the ranks with their speeds, and for every item the ranks that may
 * host it. The changing part, the loads, lives in a {@link MinMaxBatch}, so that one problem serves every batch.
 *
 * <pre>
 *   L[r](a) = (f[r] + sum of a[i,h] over the entries (i,h) with h = r) / s[r]
 *
 *   minimise   max over r of L[r](a)
 *   subject to sum over h of a[i,h] = w[i],   a[i,h] &gt;= 0
 * </pre>
 *
 * <p>An <em>item</em> is a load that may be divided: an expert with several replicas, or several experts that are
 * replicated on the same ranks. An <em>entry</em> is one (item, host) pair. Entries are numbered item by item, in
 * the order in which the hosts were given:
 *
 * <pre>
 *   item          |    0    |       1       | 2 | ...
 *   entry         | 0  | 1  | 2  | 3  | 4   | 5 | ...     offset = {0, 2, 5, 6, ...}, length items + 1
 *   host of entry | 3  | 0  | 6  | 1  | 2   | 7 | ...
 * </pre>
 *
 * <p>LPLB's topologies are the case of two hosts an item (LPLB, {@code solver.py}); a placement by EPLB gives longer
 * lists. Both go through the same code.
 *
 * <p>Immutable, hence safe for use by several threads.
 */
public final class MinMaxProblem {
    /** Upper limit of the fastest speed divided by the slowest: a larger quotient could not be computed with. */
    public static final double LARGEST_SPEED_RATIO = 1e250;

    private final int ranks;
    private final double[] speed;
    private final int[] offset;
    private final int[] host;
    private final double totalSpeed;

    private MinMaxProblem(int ranks, double[] speed, int[] offset, int[] host) {
        this.ranks = ranks;
        this.speed = speed;
        this.offset = offset;
        this.host = host;
        double total = 0;
        for (double s : speed) {
            total += s;
        }
        this.totalSpeed = total;
    }

    /**
     * A problem whose ranks all have speed 1.
     *
     * @param ranks number of ranks, at least 1
     * @param hosts {@code [items][hosts of the item]}, ranks from 0 to {@code ranks - 1}, none twice in one item
     * @return the problem, with copies of the arrays
     * @throws IllegalArgumentException if a host list is empty, names a rank that does not exist or names one twice
     */
    public static MinMaxProblem of(int ranks, int[][] hosts) {
        return of(ranks, null, hosts);
    }

    /**
     * A problem with ranks of different speeds.
     *
     * @param ranks number of ranks, at least 1
     * @param speed {@code [ranks]}, tokens per unit of time, positive, finite and not subnormal, the fastest at most
     *     {@link #LARGEST_SPEED_RATIO} times the slowest; null means 1 everywhere
     * @param hosts {@code [items][hosts of the item]}, ranks from 0 to {@code ranks - 1}, none twice in one item
     * @return the problem, with copies of the arrays
     * @throws IllegalArgumentException if a host list is empty, names a rank that does not exist or names one twice,
     *     or if a speed is not a positive finite number
     */
    public static MinMaxProblem of(int ranks, double @Nullable [] speed, int[][] hosts) {
        if (ranks < 1) {
            throw new IllegalArgumentException("ranks: got " + ranks + ", expected at least 1");
        }
        Objects.requireNonNull(hosts, "hosts");
        int[] offset = new int[hosts.length + 1];
        for (int i = 0; i < hosts.length; i++) {
            Objects.requireNonNull(hosts[i], "hosts of an item");
            long entries = (long) offset[i] + hosts[i].length;
            if (entries > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("hosts: got more than " + Integer.MAX_VALUE + " up to item " + i
                        + ", expected at most as many in all items");
            }
            offset[i + 1] = (int) entries;
        }
        int[] host = new int[offset[hosts.length]];
        int[] lastItem = new int[ranks];
        for (int i = 0; i < hosts.length; i++) {
            copyHosts(i, hosts[i], host, offset[i], lastItem);
        }
        return new MinMaxProblem(ranks, checkedSpeed(ranks, speed), offset, host);
    }

    private static void copyHosts(int item, int[] hosts, int[] to, int at, int[] lastItem) {
        if (hosts.length == 0) {
            throw new IllegalArgumentException("item " + item + ": got no host, expected at least one");
        }
        for (int k = 0; k < hosts.length; k++) {
            int h = hosts[k];
            if (h < 0 || h >= lastItem.length) {
                throw new IllegalArgumentException(
                        "item " + item + ", host " + k + ": got rank " + h + ", expected 0.." + (lastItem.length - 1));
            }
            if (lastItem[h] == item + 1) {
                throw new IllegalArgumentException(
                        "item " + item + ": got rank " + h + " twice among its hosts, expected it once");
            }
            lastItem[h] = item + 1;
            to[at + k] = h;
        }
    }

    private static double[] checkedSpeed(int ranks, double @Nullable [] speed) {
        double[] result = new double[ranks];
        if (speed == null) {
            Arrays.fill(result, 1);
            return result;
        }
        if (speed.length != ranks) {
            throw new IllegalArgumentException("speed: got length " + speed.length + ", expected " + ranks);
        }
        requireSpeeds(speed, 0, ranks, Double.MIN_NORMAL);
        return speed.clone();
    }

    /**
     * Checks the speeds of a batch.
     *
     * @param speeds tokens per unit of time, each 0 for an inactive rank or as for {@link #of(int, double[], int[][])}
     * @throws IllegalArgumentException if a speed is something else; the message names the rank
     */
    public static void requireSpeeds(double[] speeds) {
        requireSpeeds(speeds, 0, speeds.length, 0);
    }

    /** Checks speeds of which 0 is one if {@code least} is 0. */
    static void requireSpeeds(double[] speed, int at, int ranks, double least) {
        int fastest = at;
        int slowest = -1;
        for (int r = at; r < at + ranks; r++) {
            double s = speed[r];
            if (!(s >= least && s <= Double.MAX_VALUE && (s == 0 || s >= Double.MIN_NORMAL))) {
                throw new IllegalArgumentException("speed of rank " + (r - at) + ": got " + s + ", expected "
                        + (least == 0 ? "0 for an inactive rank, or " : "") + "a positive finite number, at least "
                        + Double.MIN_NORMAL);
            }
            fastest = s > speed[fastest] ? r : fastest;
            slowest = s > 0 && (slowest < 0 || s < speed[slowest]) ? r : slowest;
        }
        if (slowest >= 0 && speed[fastest] / LARGEST_SPEED_RATIO > speed[slowest]) {
            throw new IllegalArgumentException("speed of rank " + (slowest - at) + ": got " + speed[slowest]
                    + " beside " + speed[fastest] + " of rank " + (fastest - at) + ", expected a ratio of at most "
                    + LARGEST_SPEED_RATIO);
        }
    }

    /** {@return the number of ranks, {@code G} in the formulas} */
    public int ranks() {
        return ranks;
    }

    /** {@return the number of items} */
    public int items() {
        return offset.length - 1;
    }

    /** {@return the number of (item, host) pairs} */
    public int entries() {
        return host.length;
    }

    /**
     * {@return the speed of a rank in tokens per unit of time}
     *
     * @param rank from 0 to {@code ranks - 1}
     */
    public double speed(int rank) {
        return speed[rank];
    }

    /**
     * {@return the sum of all speeds: a load spread perfectly makes every rank carry total load / total speed} Infinite if
     * speeds near the largest number add up; {@link MinMaxBatch#meanLoad} is finite then, too.
     */
    public double totalSpeed() {
        return totalSpeed;
    }

    /** {@return whether every rank has speed 1, so that loads are tokens and the optimum of tokens is an integer} */
    public boolean hasUnitSpeeds() {
        for (double s : speed) {
            if (s != 1) {
                return false;
            }
        }
        return true;
    }

    /**
     * {@return the first entry of an item; {@code item} may be {@link #items()}, which gives the end}
     *
     * @param item from 0 to {@link #items()}
     */
    public int firstEntry(int item) {
        return offset[item];
    }

    /**
     * {@return the number of hosts of an item}
     *
     * @param item from 0 to {@code items() - 1}
     */
    public int hostCount(int item) {
        return offset[item + 1] - offset[item];
    }

    /**
     * {@return the rank of an entry}
     *
     * @param entry from 0 to {@code entries - 1}
     */
    public int host(int entry) {
        return host[entry];
    }

    /**
     * {@return a copy of the ranks that may host an item, in the order in which they were given}
     *
     * @param item from 0 to {@code items() - 1}
     */
    public int[] hostsOf(int item) {
        return Arrays.copyOfRange(host, offset[item], offset[item + 1]);
    }

    /** {@return a copy of the offsets, {@code [items + 1]}: item i owns entries {@code offset[i]} to {@code offset[i + 1]}} */
    public int[] offsets() {
        return offset.clone();
    }

    /** {@return a copy of the ranks of all entries, {@code [entries]}} */
    public int[] hosts() {
        return host.clone();
    }

    /** {@return a copy of the speeds, {@code [ranks]}} */
    public double[] speeds() {
        return speed.clone();
    }

    /**
     * {@return the first thing in words that this problem has otherwise than another one, as "ranks: got 8, expected 16";
     * empty if the two are equal}
     *
     * @param expected the other problem
     */
    public String difference(MinMaxProblem expected) {
        if (ranks != expected.ranks) {
            return "ranks: got " + ranks + ", expected " + expected.ranks;
        }
        if (items() != expected.items()) {
            return "items: got " + items() + ", expected " + expected.items();
        }
        for (int i = 0; i < items(); i++) {
            if (!Arrays.equals(hostsOf(i), expected.hostsOf(i))) {
                return "hosts of item " + i + ": got " + Arrays.toString(hostsOf(i)) + ", expected "
                        + Arrays.toString(expected.hostsOf(i));
            }
        }
        for (int r = 0; r < ranks; r++) {
            if (speed[r] != expected.speed[r]) {
                return "speed of rank " + r + ": got " + speed[r] + ", expected " + expected.speed[r];
            }
        }
        return "";
    }

    @Override
    public boolean equals(@Nullable Object other) {
        if (this == other) {
            return true;
        }
        return other instanceof MinMaxProblem that
                && ranks == that.ranks
                && Arrays.equals(offset, that.offset)
                && Arrays.equals(host, that.host)
                && Arrays.equals(speed, that.speed);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(host) + Arrays.hashCode(offset) + ranks;
    }

    @Override
    public String toString() {
        return "MinMaxProblem[ranks=" + ranks + ", items=" + items() + ", entries=" + entries() + "]";
    }
}
