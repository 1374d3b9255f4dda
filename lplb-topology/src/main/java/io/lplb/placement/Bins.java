// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.placement;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Bins of limited room (ranks, or nodes) that are filled with copies of experts, the copies of one expert spread evenly:
 * a copy always goes to one of the bins that hold the fewest copies of its expert. So no rank holds an expert twice while
 * another has none of it.
 *
 * <p>If all these bins are full, another expert moves from one of them to a bin with room. There is always one that moves
 * without being spread less evenly, since a full bin holds more copies than one with room.
 *
 * <p>Not thread-safe.
 */
final class Bins {
    private final int[] room;
    private final double[] load;
    private final double[] speed;
    private final double[] share;
    private final int[][] inside;
    private final List<List<Integer>> content = new ArrayList<>();

    /**
     * Empty bins.
     *
     * @param room {@code [bins]}, copies that fit
     * @param speed {@code [bins]}
     * @param share {@code [experts]}, the load that each copy of an expert is expected to take
     */
    Bins(int[] room, double[] speed, double[] share) {
        this.room = room.clone();
        this.load = new double[room.length];
        this.speed = speed;
        this.share = share;
        this.inside = new int[share.length][room.length];
        for (int b = 0; b < room.length; b++) {
            content.add(new ArrayList<>());
        }
    }

    /** The experts in a bin, an expert as often as it has copies there. */
    List<Integer> content(int bin) {
        return content.get(bin);
    }

    /**
     * Adds a copy of an expert and returns its bin: of those with the fewest copies of the expert one that is preferred,
     * and of these the least loaded.
     */
    int add(int expert, IntPredicate preferred) {
        int least = Integer.MAX_VALUE;
        for (int copies : inside[expert]) {
            least = Math.min(least, copies);
        }
        int best = -1;
        boolean bestPreferred = false;
        for (int b = 0; b < room.length; b++) {
            if (room[b] == 0 || inside[expert][b] > least) {
                continue;
            }
            boolean prefer = preferred.test(b);
            if (best < 0
                    || (prefer && !bestPreferred)
                    || (prefer == bestPreferred && level(b, expert) < level(best, expert))) {
                best = b;
                bestPreferred = prefer;
            }
        }
        if (best < 0) {
            best = makeRoom(expert, least);
        }
        put(expert, best);
        return best;
    }

    private double level(int bin, int expert) {
        return (load[bin] + share[expert]) / speed[bin];
    }

    private void put(int expert, int bin) {
        room[bin]--;
        load[bin] += share[expert];
        inside[expert][bin]++;
        content.get(bin).add(expert);
    }

    /** Moves one expert out of a bin with few copies of the given one and returns that bin. */
    private int makeRoom(int expert, int least) {
        int from = -1;
        int to = -1;
        int moved = -1;
        double lowest = Double.POSITIVE_INFINITY;
        for (int b = 0; b < room.length; b++) {
            if (inside[expert][b] > least) {
                continue;
            }
            for (int q = 0; q < room.length; q++) {
                if (room[q] == 0) {
                    continue;
                }
                for (int other : content.get(b)) {
                    double level = Math.max(
                            (load[b] - share[other] + share[expert]) / speed[b], (load[q] + share[other]) / speed[q]);
                    if (inside[other][b] > inside[other][q] && level < lowest) {
                        lowest = level;
                        from = b;
                        to = q;
                        moved = other;
                    }
                }
            }
        }
        if (from < 0) {
            throw new IllegalStateException("placement: got no room for expert " + expert);
        }
        content.get(from).remove(Integer.valueOf(moved));
        room[from]++;
        load[from] -= share[moved];
        inside[moved][from]--;
        put(moved, to);
        return from;
    }
}
