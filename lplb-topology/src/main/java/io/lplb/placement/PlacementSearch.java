// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.placement;

import io.lplb.placement.ExactSplit.Bottleneck;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Improves a placement by one change after another, each the best that the duals promise: a copy of an expert in the slot
 * of an expert that has others, or an exchange of two experts.
 *
 * <p>The exact split of each judged load names a set of ranks whose average load is its maximum. A change gains at most
 * what it takes out of that set. Changes are ranked by that bound, summed over the loads, less the price of their
 * network copies; the first few are split exactly, until no later bound exceeds the best gain found.
 *
 * <p>Changes keep what the sizes ask for: distinct ranks, even spread over nodes or confinement to one, and the least
 * number of copies.
 *
 * <p>Not thread-safe.
 */
final class PlacementSearch {
    /** Gains of max/mean below this are rounding. */
    static final double LEAST_GAIN = 1e-7;

    /** Changes that are split exactly in a step. */
    private static final int MOST_TRIED = 8;

    private static final int MOST_STEPS = 64;

    private final PlacementSizes sizes;
    private final ExpertPlacement old;
    private final double[][] loads;
    private final double[] weight;
    private final double[] unit;
    private final int[] slots;
    private final int[][] on;
    private final int[][] oldOn;
    private Bottleneck[] worst = new Bottleneck[0];
    private double judged;
    private int networkCopies;
    private int stepsDone;
    private int undoExpert;

    PlacementSearch(PlacementSizes sizes, ExpertPlacement old, Scenarios scenarios) {
        this.sizes = sizes;
        this.old = old;
        this.loads = scenarios.loads();
        this.weight = scenarios.weight();
        this.slots = old.phy2log();
        this.on = new int[sizes.experts()][sizes.ranks()];
        for (int p = 0; p < slots.length; p++) {
            if (slots[p] != ExpertPlacement.EMPTY) {
                on[slots[p]][rankOf(p)]++;
            }
        }
        this.oldOn = new int[on.length][];
        Arrays.setAll(oldOn, e -> on[e].clone());
        this.unit = new double[loads.length];
        double speed = Arrays.stream(sizes.speed()).sum();
        Arrays.setAll(
                unit,
                k -> speed / Math.max(Double.MIN_NORMAL, Arrays.stream(loads[k]).sum()));
        measure();
    }

    /**
     * A change: slot {@code to} gets the expert of slot {@code from}. In an exchange slot {@code from} gets the expert of
     * slot {@code to}.
     */
    private record Change(int from, int to, boolean exchange, double promised, int copies) {}

    ExpertPlacement placement() {
        int[] original = new int[sizes.experts()];
        Arrays.setAll(original, e -> old.slotOf(e, 0));
        return ExpertPlacement.withOriginals(old.ranks(), old.ranks(), sizes.experts(), slots, original);
    }

    /** Makes the best change within the limits; false if there is none. */
    boolean improve(MoveLimits limits) {
        if (stepsDone++ == MOST_STEPS) {
            return false;
        }
        double price = limits.gainPerCopy();
        List<Change> changes = changes(limits.mostNetworkCopies() - networkCopies);
        changes.sort(Comparator.comparingDouble(change -> -(change.promised - price * change.copies)));
        Change best = null;
        double most = LEAST_GAIN;
        double before = judged;
        for (Change change : changes.subList(0, Math.min(MOST_TRIED, changes.size()))) {
            if (change.promised - price * change.copies <= most) {
                break;
            }
            apply(change);
            double gain = before - judged(most, before, price * change.copies) - price * change.copies;
            undo(change);
            if (gain > most) {
                most = gain;
                best = change;
            }
        }
        if (best == null) {
            return false;
        }
        apply(best);
        networkCopies += best.copies;
        measure();
        return true;
    }

    private int rankOf(int slot) {
        return slot / sizes.slotsPerRank();
    }

    private int[] hosts(int expert) {
        int count = 0;
        int[] hosts = new int[sizes.ranks()];
        for (int r = 0; r < hosts.length; r++) {
            if (on[expert][r] > 0) {
                hosts[count++] = r;
            }
        }
        return Arrays.copyOf(hosts, count);
    }

    private ExactSplit split() {
        int[][] hosts = new int[on.length][];
        Arrays.setAll(hosts, this::hosts);
        return ExactSplit.ofHosts(hosts, sizes.speed());
    }

    private void measure() {
        ExactSplit split = split();
        worst = new Bottleneck[loads.length];
        judged = 0;
        for (int k = 0; k < loads.length; k++) {
            worst[k] = split.bottleneck(loads[k]);
            judged += weight[k] * worst[k].imbalance();
        }
    }

    /** The mean of max/mean, or more than can still be a gain. */
    private double judged(double gain, double before, double price) {
        ExactSplit split = split();
        double sum = 1;
        for (int k = 0; k < loads.length; k++) {
            sum += weight[k] * (split.bottleneck(loads[k]).imbalance() - 1);
            if (before - sum - price <= gain) {
                return before;
            }
        }
        return sum;
    }

    private void apply(Change change) {
        int moved = slots[change.from];
        int replaced = slots[change.to];
        put(change.to, moved);
        if (change.exchange) {
            put(change.from, replaced);
        }
    }

    private void undo(Change change) {
        if (change.exchange) {
            apply(change);
        } else {
            put(change.to, undoExpert);
        }
    }

    private void put(int slot, int expert) {
        undoExpert = slots[slot];
        if (slots[slot] != ExpertPlacement.EMPTY) {
            on[slots[slot]][rankOf(slot)]--;
        }
        slots[slot] = expert;
        if (expert != ExpertPlacement.EMPTY) {
            on[expert][rankOf(slot)]++;
        }
    }

    /** All changes that take load out of a bottleneck and keep the rules, with at most so many more network copies. */
    private List<Change> changes(int budget) {
        boolean[][] sets = new boolean[loads.length][];
        int[][] outside = new int[loads.length][on.length];
        boolean[] isLocked = new boolean[on.length];
        for (int k = 0; k < loads.length; k++) {
            sets[k] = worst[k].ranks();
            for (int e = 0; e < on.length; e++) {
                for (int r = 0; r < sizes.ranks(); r++) {
                    outside[k][e] += on[e][r] > 0 && !sets[k][r] ? 1 : 0;
                }
                isLocked[e] |= outside[k][e] == 0 && worst[k].imbalance() > 1 + LEAST_GAIN && loads[k][e] > 0;
            }
        }
        Promise promise = new Promise(sets, outside);
        List<Change> changes = new ArrayList<>();
        int[] copies = new int[on.length];
        for (int e = 0; e < on.length; e++) {
            copies[e] = hosts(e).length;
        }
        for (int from = 0; from < slots.length; from++) {
            int e = slots[from];
            if (e == ExpertPlacement.EMPTY || !isLocked[e]) {
                continue;
            }
            boolean first = firstSlotOf(from);
            for (int to = 0; to < slots.length; to++) {
                if (rankOf(to) == rankOf(from) || on[e][rankOf(to)] > 0) {
                    continue;
                }
                int other = slots[to];
                if (first && mayReplace(other, to, copies) && maySpread(e, -1, rankOf(to))) {
                    int cost = cost(e, to) - (other == ExpertPlacement.EMPTY ? 0 : refund(other, to));
                    consider(changes, new Change(from, to, false, promise.ofCopy(e, other, to), cost), budget);
                }
                if (other != ExpertPlacement.EMPTY && mayExchange(from, to)) {
                    int cost = cost(e, to) + cost(other, from) - refund(other, to) - refund(e, from);
                    consider(changes, new Change(from, to, true, promise.ofExchange(from, to), cost), budget);
                }
            }
        }
        return changes;
    }

    private static void consider(List<Change> changes, Change change, int budget) {
        if (change.promised > LEAST_GAIN && change.copies <= budget) {
            changes.add(change);
        }
    }

    private boolean firstSlotOf(int slot) {
        for (int p = 0; p < slot; p++) {
            if (slots[p] == slots[slot]) {
                return false;
            }
        }
        return true;
    }

    private int cost(int expert, int slot) {
        return oldOn[expert][rankOf(slot)] > 0 ? 0 : 1;
    }

    /** 1 if an expert that leaves a slot had been copied there in this search. */
    private int refund(int expert, int slot) {
        return on[expert][rankOf(slot)] == 1 && oldOn[expert][rankOf(slot)] == 0 ? 1 : 0;
    }

    private boolean mayReplace(int expert, int slot, int[] copies) {
        if (expert == ExpertPlacement.EMPTY || on[expert][rankOf(slot)] > 1) {
            return true;
        }
        return copies[expert] > sizes.leastCopies() && maySpread(expert, rankOf(slot), -1);
    }

    private boolean mayExchange(int from, int to) {
        int e = slots[from];
        int f = slots[to];
        return e != f
                && on[f][rankOf(from)] == 0
                && maySpread(e, rankOf(from), rankOf(to))
                && maySpread(f, rankOf(to), rankOf(from));
    }

    /** Whether an expert is still spread over nodes as asked when it leaves a rank, enters another, or both. */
    private boolean maySpread(int expert, int leaves, int enters) {
        if (sizes.nodes() == 1) {
            return true;
        }
        int perNode = sizes.ranksPerNode();
        int from = leaves < 0 ? -1 : leaves / perNode;
        int to = enters < 0 ? -1 : enters / perNode;
        if (from == to) {
            return true;
        }
        int[] inNode = new int[sizes.nodes()];
        for (int r = 0; r < sizes.ranks(); r++) {
            inNode[r / perNode] += on[expert][r] > 0 ? 1 : 0;
        }
        if (sizes.isConfined()) {
            return to < 0 || (from < 0 && inNode[to] > 0);
        }
        if (from >= 0 && to >= 0) {
            return inNode[from] > inNode[to];
        }
        int least = Arrays.stream(inNode).min().orElse(0);
        int most = Arrays.stream(inNode).max().orElse(0);
        return from >= 0 ? inNode[from] == most : inNode[to] == least;
    }

    /** Load that a change takes out of the bottlenecks, at most down to the mean: a bound of its gain. */
    private final class Promise {
        private final boolean[][] sets;
        private final int[][] outside;
        private final double[] perLoad;

        Promise(boolean[][] sets, int[][] outside) {
            this.sets = sets;
            this.outside = outside;
            this.perLoad = new double[sets.length];
            for (int k = 0; k < sets.length; k++) {
                double speed = 0;
                for (int r = 0; r < sizes.ranks(); r++) {
                    speed += sets[k][r] ? sizes.speed()[r] : 0;
                }
                perLoad[k] = unit[k] / speed;
            }
        }

        double ofCopy(int expert, int replaced, int to) {
            double sum = 0;
            for (int k = 0; k < sets.length; k++) {
                boolean leaves = outside[k][expert] == 0 && !sets[k][rankOf(to)];
                double change = leaves ? -loads[k][expert] : 0;
                if (replaced != ExpertPlacement.EMPTY && on[replaced][rankOf(to)] == 1) {
                    boolean locks = outside[k][replaced] == 1 && !sets[k][rankOf(to)];
                    change += locks ? loads[k][replaced] : 0;
                }
                sum += gain(k, change);
            }
            return sum;
        }

        double ofExchange(int from, int to) {
            int e = slots[from];
            int f = slots[to];
            double sum = 0;
            for (int k = 0; k < sets.length; k++) {
                sum += gain(k, moved(k, e, from, to) + moved(k, f, to, from));
            }
            return sum;
        }

        /** How the load inside the bottleneck changes when an expert changes slots. */
        private double moved(int k, int expert, int from, int to) {
            int left = outside[k][expert];
            if (on[expert][rankOf(from)] == 1 && !sets[k][rankOf(from)]) {
                left--;
            }
            if (!sets[k][rankOf(to)]) {
                left++;
            }
            double before = outside[k][expert] == 0 ? loads[k][expert] : 0;
            double after = left == 0 ? loads[k][expert] : 0;
            return after - before;
        }

        private double gain(int k, double change) {
            return weight[k] * Math.min(worst[k].imbalance() - 1, -change * perLoad[k]);
        }
    }
}
