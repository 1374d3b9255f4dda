// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.placement;

import io.lplb.topology.flow.Assignment;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Names of ranks, slots and originals for which a new placement differs least from the old one. Balance does not depend
 * on these names, so they are free: nodes are matched with nodes, groups with groups and ranks with ranks of the same
 * speed by the assignment that copies the fewest experts over the network ({@link Assignment}). On each rank an expert
 * keeps its slot, and an expert whose original survives keeps it.
 */
final class Relabelling {
    private static final long FORBIDDEN = 1L << 32;

    private final long[][] missing;
    private final int[] blockSizes;

    private Relabelling(long[][] missing, int[] blockSizes) {
        this.missing = missing;
        this.blockSizes = blockSizes;
    }

    /**
     * Renames a placement.
     *
     * @param old the placement in force
     * @param next another placement of the same sizes
     * @param ranksPerNode ranks of a node; a divisor of the ranks
     * @param speed {@code [ranks]}, null if all are equal
     * @return {@code next} under the names that move least
     */
    static ExpertPlacement toward(
            ExpertPlacement old, ExpertPlacement next, int ranksPerNode, double @Nullable [] speed) {
        int ranks = next.ranks();
        long[][] missing = new long[ranks][ranks];
        int[][] had = new int[ranks][];
        for (int r = 0; r < ranks; r++) {
            had[r] = experts(old, r);
        }
        for (int r = 0; r < ranks; r++) {
            int[] wanted = experts(next, r);
            for (int to = 0; to < ranks; to++) {
                boolean sameSpeed = speed == null || speed[r] == speed[to];
                missing[r][to] = sameSpeed ? missing(wanted, had[to]) : FORBIDDEN;
            }
        }
        int[] blocks = IntStream.of(next.groupSize(), ranksPerNode)
                .filter(size -> size > 1 && size < ranks)
                .distinct()
                .boxed()
                .sorted(Comparator.reverseOrder())
                .mapToInt(i -> i)
                .toArray();
        if (blocks.length == 2 && blocks[0] % blocks[1] != 0) {
            // Groups and nodes that do not nest: only ranks of the same group may be exchanged.
            blocks = new int[] {next.groupSize() < ranks ? next.groupSize() : ranksPerNode};
        }
        int[] name = new int[ranks];
        new Relabelling(missing, blocks).match(0, 0, 0, ranks, name);
        return rename(old, next, name);
    }

    private static int[] experts(ExpertPlacement placement, int rank) {
        int first = rank * placement.slotsPerRank();
        return IntStream.range(first, first + placement.slotsPerRank())
                .map(placement::expertIn)
                .filter(e -> e != ExpertPlacement.EMPTY)
                .distinct()
                .sorted()
                .toArray();
    }

    private static int missing(int[] wanted, int[] had) {
        int count = 0;
        int k = 0;
        for (int e : wanted) {
            while (k < had.length && had[k] < e) {
                k++;
            }
            count += k < had.length && had[k] == e ? 0 : 1;
        }
        return count;
    }

    /** Matches the ranks of two blocks of {@code size} ranks, sub-block by sub-block; writes the names if there is room. */
    private long match(int depth, int from, int to, int size, int @Nullable [] name) {
        int part = depth < blockSizes.length ? blockSizes[depth] : 1;
        int parts = size / part;
        long[][] cost = new long[parts][parts];
        for (int a = 0; a < parts; a++) {
            for (int b = 0; b < parts; b++) {
                int x = from + a * part;
                int y = to + b * part;
                cost[a][b] = part == 1 ? missing[x][y] : match(depth + 1, x, y, part, null);
            }
        }
        Assignment best = Assignment.cheapest(cost);
        for (int a = 0; name != null && a < parts; a++) {
            int x = from + a * part;
            int y = to + best.columnOf()[a] * part;
            if (part == 1) {
                name[x] = y;
            } else {
                match(depth + 1, x, y, part, name);
            }
        }
        return best.cost();
    }

    /** Moves the content of rank r to rank name[r], experts that were there already to their old slots. */
    private static ExpertPlacement rename(ExpertPlacement old, ExpertPlacement next, int[] name) {
        int slots = next.slotsPerRank();
        int[] phy2log = new int[next.physicalExperts()];
        Arrays.fill(phy2log, ExpertPlacement.EMPTY);
        for (int r = 0; r < name.length; r++) {
            int to = name[r] * slots;
            int[] rest = IntStream.range(r * slots, (r + 1) * slots)
                    .map(next::expertIn)
                    .filter(e -> e != ExpertPlacement.EMPTY)
                    .toArray();
            for (int k = 0; k < rest.length; k++) {
                for (int p = to; p < to + slots; p++) {
                    if (old.expertIn(p) == rest[k] && phy2log[p] == ExpertPlacement.EMPTY) {
                        phy2log[p] = rest[k];
                        rest[k] = ExpertPlacement.EMPTY;
                        break;
                    }
                }
            }
            int free = to;
            for (int e : rest) {
                if (e != ExpertPlacement.EMPTY) {
                    while (phy2log[free] != ExpertPlacement.EMPTY) {
                        free++;
                    }
                    phy2log[free] = e;
                }
            }
        }
        return ExpertPlacement.withOriginals(
                next.ranks(), next.groupSize(), next.experts(), phy2log, originals(old, next, phy2log));
    }

    /** The old original where it still holds the expert, else a slot that held it, else the lowest. */
    private static int[] originals(ExpertPlacement old, ExpertPlacement next, int[] phy2log) {
        int[] original = new int[next.experts()];
        Arrays.fill(original, -1);
        for (int e = 0; e < original.length; e++) {
            for (int k = 0; k < old.replicaCount(e) && original[e] < 0; k++) {
                int slot = old.slotOf(e, k);
                original[e] = phy2log[slot] == e ? slot : -1;
            }
        }
        return original;
    }
}
