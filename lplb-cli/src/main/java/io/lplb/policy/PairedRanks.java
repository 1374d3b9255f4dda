// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.policy;

import io.lplb.placement.ExpertPlacement;
import java.util.Arrays;

/**
 * MoonEP's perfect balance (README of MoonEP, July 2026): every rank receives the same number of tokens, up to one, and every rank takes
 * tokens of experts of at most one other rank, whose weights it prefetches for the batch.
 *
 * <p>Pairs a rank below its capacity with a rank above it, the emptiest with the fullest: the first is filled to its capacity and done,
 * the second may fall below its own and is then filled by another. That is the construction of alias tables (Walker 1977, Vose 1991), which
 * always ends. The largest experts of the giving rank move first, so that few weights are copied; the order of pairs and of experts is this
 * implementation's, since the description leaves it open.
 */
final class PairedRanks implements Policy {
    private final ExpertPlacement homes;
    private final double[] speeds;
    private final long[] load;
    private final long[] capacity;
    private int[][] expertsOf = {};

    PairedRanks(PolicySetup setup) {
        this.homes = setup.natural();
        this.speeds = setup.speedArray();
        this.load = new long[speeds.length];
        this.capacity = new long[speeds.length];
    }

    @Override
    public ExpertPlacement place(double[] history) {
        expertsOf = new int[homes.ranks()][];
        for (int r = 0; r < expertsOf.length; r++) {
            int first = r * homes.slotsPerRank();
            expertsOf[r] = Arrays.stream(homes.phy2log(), first, first + homes.slotsPerRank())
                    .filter(e -> e >= 0)
                    .toArray();
        }
        return homes;
    }

    @Override
    public boolean plan(long[] counts, Dispatch out) {
        long[] left = counts.clone();
        long total = 0;
        for (int r = 0; r < load.length; r++) {
            load[r] = 0;
            for (int e : expertsOf[r]) {
                load[r] += speeds[r] > 0 ? counts[e] : 0;
            }
            total += load[r];
        }
        setCapacities(total);
        while (true) {
            int from = -1;
            int to = -1;
            for (int r = 0; r < load.length; r++) {
                long over = load[r] - capacity[r];
                if (over > 0 && (from < 0 || over > load[from] - capacity[from])) {
                    from = r;
                }
                if (over < 0 && (to < 0 || over < load[to] - capacity[to])) {
                    to = r;
                }
            }
            if (from < 0 || to < 0) {
                break;
            }
            move(from, to, left, out);
        }
        for (int r = 0; r < load.length; r++) {
            for (int e : expertsOf[r]) {
                out.add(e, r, speeds[r] > 0 ? left[e] : 0);
            }
        }
        return true;
    }

    /** Sets equal capacities, larger by one on the first ranks. */
    private void setCapacities(long total) {
        int active = (int) Arrays.stream(speeds).filter(s -> s > 0).count();
        int k = 0;
        for (int r = 0; r < capacity.length; r++) {
            capacity[r] = speeds[r] > 0 ? total / active + (k++ < total % active ? 1 : 0) : 0;
        }
    }

    /** Fills a rank to its capacity from the experts of another. */
    private void move(int from, int to, long[] left, Dispatch out) {
        long need = capacity[to] - load[to];
        load[from] -= need;
        load[to] += need;
        while (need > 0) {
            int largest = expertsOf[from][0];
            for (int e : expertsOf[from]) {
                largest = left[e] > left[largest] ? e : largest;
            }
            long piece = Math.min(need, left[largest]);
            out.add(largest, to, piece);
            left[largest] -= piece;
            need -= piece;
        }
    }
}
