// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.solve;

/** Where the words of a state are that the host writes or reads, see {@link InteriorPointBlocks}. */
public final class StatePlaces {
    private final ThreadTile t;

    StatePlaces(ThreadTile t) {
        this.t = t;
    }

    /** Share of an entry. */
    public int a(int entry) {
        return t.a(entry);
    }

    /** Dual of an entry's share. */
    public int z(int entry) {
        return t.z(entry);
    }

    /** Direction of an entry's share. */
    public int da(int entry) {
        return t.da(entry);
    }

    /** Direction of an entry's dual. */
    public int dz(int entry) {
        return t.dz(entry);
    }

    /** Load of an item. */
    public int w(int item) {
        return t.w(item);
    }

    /** Fixed load of a rank. */
    public int f(int rank) {
        return t.f(rank);
    }

    /** Speed of a rank; only where not all are 1. */
    public int s(int rank) {
        return t.s(rank);
    }

    /** Slack of a rank. */
    public int q(int rank) {
        return t.q(rank);
    }

    /** Direction of a rank's slack. */
    public int dq(int rank) {
        return t.dq(rank);
    }

    /** Dual of a rank. */
    public int y(int rank) {
        return t.y(rank);
    }

    /** Right-hand side, or load of a rank during sweeps. */
    public int b(int rank) {
        return t.b(rank);
    }

    /** Direction of a rank's dual. */
    public int dy(int rank) {
        return t.dy(rank);
    }

    /** Element of M. */
    public int m(int i, int j) {
        return t.m(i, j);
    }

    /** One of {@link InteriorPointBlocks}' scalars. */
    public int scalar(int which) {
        return ThreadTile.words(t.ranks, t.items, t.entries, t.threads, t.unitSpeeds) + which;
    }
}
