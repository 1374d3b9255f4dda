// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.solve;

import uk.ac.manchester.tornado.api.math.TornadoMath;

/**
 * The threads that solve one problem together, and where its numbers are in local memory.
 *
 * <p>A work-group holds one or several teams. Local memory is one array of floats in which word k of team number
 * {@code at} is {@code k * teams + at}: with one team it is an ordinary array.
 *
 * <pre>
 *   words of a team    a [entries] | w, 1/sum(d) [items each] | f b dq dy [ranks each] | s [ranks, unless all are 1]
 *                      | reduction [4 * places] | idle [threads, with few items]        the relaxation needs no more
 *                      | z da dz d 1/z [entries each] | q y residual v [ranks each]
 *                      | matrix [ranks * pitch] | columns [4 * ranks, where M is inverted in memory]
 *   integers of all    offset [items + 1] | host [entries] | rank offset [ranks + 1] | entry by rank [entries]
 *                      | colour offset [colours + 1] | item by rank [entries] | padding
 * </pre>
 *
 * <p>All fields are constants once the kernel is compiled, but for {@code lane} and {@code at}; the object itself is
 * never made on a device. It must not hold an array or the context: TornadoVM would then index them wrongly.
 */
public final class ThreadTile {
    /** Tables are padded to a multiple of this, so that whole warps copy them. */
    static final int TABLE_STEP = 32;

    /** Up to this many ranks the system is solved in registers. */
    static final int REGISTER_RANKS = 8;

    final int lane;
    final int at;
    final int threads;
    final int teams;
    final int ranks;
    final int items;
    final int entries;
    final int hosts;
    final int mostHosts;
    final int degree;
    final int colours;
    final boolean unitSpeeds;

    /** How often a loop over the items, or the ranks, goes round: constants, so that such loops unroll. */
    final int itemRounds;

    final int rankRounds;

    /** Threads that sum one bound of the certificate: more than one only where sums are long enough to gain by it. */
    final int boundParts;

    /**
     * @param lane this thread's number in its team
     * @param at the team's number in the work-group
     * @param threads threads of a team: a power of two from 2 to 16, or a multiple of 32
     * @param teams teams of a work-group; 1 if threads exceeds 16
     * @param size sizes of the problem, see {@link SizeCode}
     */
    public ThreadTile(int lane, int at, int threads, int teams, long size) {
        this.lane = lane;
        this.at = at;
        this.threads = threads;
        this.teams = teams;
        this.ranks = SizeCode.ranks(size);
        this.items = SizeCode.items(size);
        this.entries = SizeCode.entries(size);
        int everyHosts = SizeCode.hosts(size);
        this.hosts = everyHosts > 0 ? everyHosts : 0;
        this.mostHosts = everyHosts > 0 ? everyHosts : -everyHosts;
        this.degree = SizeCode.degree(size);
        this.colours = SizeCode.colours(size);
        this.unitSpeeds = SizeCode.unitSpeeds(size);
        this.itemRounds = (this.items + threads - 1) / threads;
        this.rankRounds = (this.ranks + threads - 1) / threads;
        this.boundParts = boundParts(this.ranks, threads);
    }

    private static int boundParts(int ranks, int threads) {
        return ranks <= 16 ? 1 : ranks * 4 <= threads ? 4 : ranks * 2 <= threads ? 2 : 1;
    }

    private int word(int k) {
        return k * teams + at;
    }

    int a(int e) {
        return word(e);
    }

    int w(int i) {
        return word(entries + i);
    }

    int inverseSum(int i) {
        return word(entries + items + i);
    }

    private int rank(int region, int r) {
        return word(entries + 2 * items + region * ranks + r);
    }

    int f(int r) {
        return rank(0, r);
    }

    int b(int r) {
        return rank(1, r);
    }

    int dq(int r) {
        return rank(2, r);
    }

    int dy(int r) {
        return rank(3, r);
    }

    int s(int r) {
        return rank(4, r);
    }

    /** A place for each thread of a team inside a warp, or for each warp of a larger team. */
    private static int reductionPlaces(int threads) {
        return threads == 1 ? 0 : threads <= 16 ? threads : threads / 32;
    }

    int reduction(int which, int lane) {
        return rank(unitSpeeds ? 4 : 5, which * reductionPlaces(threads) + lane);
    }

    /** A word of this thread's own. */
    int idle() {
        return reduction(4, lane);
    }

    /** {@link MatchedItems} needs one, and knows its problems by more than this. */
    private static int idleWords(int ranks, int items, int entries, int threads) {
        return entries == 2 * items && entries <= MatchedItems.MOST_COLOURS * ranks ? threads : 0;
    }

    private int later(int k) {
        return word(relaxationWords(ranks, items, entries, threads, unitSpeeds) + k);
    }

    int z(int e) {
        return later(e);
    }

    int da(int e) {
        return later(entries + e);
    }

    int dz(int e) {
        return later(2 * entries + e);
    }

    int d(int e) {
        return later(3 * entries + e);
    }

    int inverseZ(int e) {
        return later(4 * entries + e);
    }

    int q(int r) {
        return later(5 * entries + r);
    }

    int y(int r) {
        return later(5 * entries + ranks + r);
    }

    int residual(int r) {
        return later(5 * entries + 2 * ranks + r);
    }

    int v(int r) {
        return later(5 * entries + 3 * ranks + r);
    }

    /** Element of the matrix, both triangles stored; with one team the pitch is odd, to keep columns off one bank. */
    int m(int i, int j) {
        return later(5 * entries + 4 * ranks + i * pitch(ranks, threads) + j);
    }

    /** A column of the matrix, of which four are kept. */
    int column(int which, int i) {
        return later(5 * entries + 4 * ranks + ranks * pitch(ranks, threads) + which * ranks + i);
    }

    /** What the threads of a row add up; lies where the matrix was. */
    int partial(int i, int laneColumn) {
        return later(5 * entries + 4 * ranks + i * (TileInverse.ACROSS + 1) + laneColumn);
    }

    private static int pitch(int ranks, int threads) {
        return threads == 1 ? ranks : ranks | 1;
    }

    /** Floats of local memory that the relaxation needs for a team. */
    static int relaxationWords(int ranks, int items, int entries, int threads, boolean unitSpeeds) {
        return entries
                + 2 * items
                + (unitSpeeds ? 4 : 5) * ranks
                + 4 * reductionPlaces(threads)
                + idleWords(ranks, items, entries, threads);
    }

    /** Floats of local memory that the interior point needs for a team. */
    static int words(int ranks, int items, int entries, int threads, boolean unitSpeeds) {
        return relaxationWords(ranks, items, entries, threads, unitSpeeds)
                + 5 * entries
                + 4 * ranks
                + ranks * pitch(ranks, threads)
                + (ranks > REGISTER_RANKS ? 4 * ranks : 0);
    }

    /** {@return floats of local memory that the relaxation needs for a team} */
    public static int relaxationWords(long size, int threads) {
        return relaxationWords(
                SizeCode.ranks(size), SizeCode.items(size), SizeCode.entries(size), threads, SizeCode.unitSpeeds(size));
    }

    /** {@return floats of local memory that the interior point needs for a team} */
    public static int words(long size, int threads) {
        return words(
                SizeCode.ranks(size), SizeCode.items(size), SizeCode.entries(size), threads, SizeCode.unitSpeeds(size));
    }

    /** {@return integers of local memory, the same for all teams} */
    public static int tableWords(long size) {
        return tableWords(SizeCode.ranks(size), SizeCode.items(size), SizeCode.entries(size), SizeCode.colours(size));
    }

    /** Integers of local memory, the same for all teams. */
    static int tableWords(int ranks, int items, int entries, int colours) {
        return SolverLayout.paddedTable(items + 3 * entries + ranks + colours + 3);
    }

    /** 1 if two numbers below 2^15 are equal, else 0, without a branch. */
    static float equal(int i, int j) {
        return 1 - TornadoMath.min((i - j) * (i - j), 1);
    }

    int first(int[] table, int item) {
        return hosts > 0 ? item * hosts : table[item];
    }

    int count(int[] table, int item) {
        return hosts > 0 ? hosts : table[item + 1] - table[item];
    }

    int host(int[] table, int entry) {
        return table[items + 1 + entry];
    }

    int rankFirst(int[] table, int rank) {
        return degree > 0 ? rank * degree : table[items + 1 + entries + rank];
    }

    int rankCount(int[] table, int rank) {
        return degree > 0 ? degree : table[items + 2 + entries + rank] - table[items + 1 + entries + rank];
    }

    int rankEntry(int[] table, int k) {
        return table[items + entries + ranks + 2 + k];
    }

    /** First item of a colour; items are numbered colour by colour. */
    int colourFirst(int[] table, int colour) {
        return table[items + 2 * entries + ranks + 2 + colour];
    }

    /** Items that are there; tables may be made for more, if the entries of ranks differ. */
    int realItems(int[] table) {
        return degree > 0 ? items : colourFirst(table, colours);
    }

    /** Entries that are there, likewise. */
    int realEntries(int[] table) {
        return degree > 0 ? entries : first(table, realItems(table));
    }

    int rankItem(int[] table, int k) {
        return hosts > 0 ? rankEntry(table, k) / hosts : table[items + 2 * entries + ranks + colours + 3 + k];
    }

    float speed(float[] m, int rank) {
        return unitSpeeds ? 1f : m[s(rank)];
    }
}
