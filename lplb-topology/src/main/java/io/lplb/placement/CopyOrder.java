// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.placement;

import io.lplb.placement.PlacementChange.Move;
import io.lplb.placement.PlacementChange.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Chooses the sources of the slots that change, and orders the copies. A slot is written once nothing reads it any more;
 * what then remains are cycles, and each is opened by saving one of its weights to the temporary slot of its rank.
 *
 * <p>Places are numbered: physical slots first, then one temporary slot for each rank.
 */
final class CopyOrder {
    private final int[] content;
    private final int slots;
    private final int slotsPerRank;
    private final int ranksPerNode;
    private final int[] source;
    private final int[] readers;
    private final int[] readUntil;
    private final int[] writtenIn;
    private final List<Integer> ready = new ArrayList<>();
    private final List<Move> moves = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();

    /**
     * Plans the copies.
     *
     * @param content {@code [slots]} or {@code [slots + ranks]}, the expert in each slot and temporary slot, -1 for none
     * @param wanted {@code [slots]}, the expert that each slot is to hold, -1 for any
     */
    CopyOrder(int[] content, int[] wanted, int slotsPerRank, int ranksPerNode) {
        this.slots = wanted.length;
        this.slotsPerRank = slotsPerRank;
        this.ranksPerNode = ranksPerNode;
        int places = slots + slots / slotsPerRank;
        this.content = Arrays.copyOf(content, places);
        Arrays.fill(this.content, content.length, places, ExpertPlacement.EMPTY);
        this.source = new int[slots];
        this.readers = new int[places];
        this.readUntil = new int[places];
        this.writtenIn = new int[places];
        Arrays.fill(source, -1);
        Arrays.fill(writtenIn, -1);
        int[] readSoFar = new int[places];
        boolean[] kept = new boolean[places];
        for (int p = 0; p < slots; p++) {
            kept[p] = wanted[p] == ExpertPlacement.EMPTY || wanted[p] == this.content[p];
        }
        for (int p = 0; p < slots; p++) {
            if (!kept[p]) {
                source[p] = sourceFor(p, wanted[p], kept, readSoFar);
                readSoFar[source[p]]++;
                readers[source[p]]++;
                int from = source[p];
                moves.add(new Move(wanted[p], rankOf(from), from < slots ? from : -1, rankOf(p), p));
            }
        }
        order();
    }

    List<Move> moves() {
        return List.copyOf(moves);
    }

    List<Step> steps() {
        return List.copyOf(steps);
    }

    private int rankOf(int place) {
        return place < slots ? place / slotsPerRank : place - slots;
    }

    /** The nearest place with an expert; of equally near ones one that is not overwritten, then the least read. */
    private int sourceFor(int slot, int expert, boolean[] kept, int[] readSoFar) {
        int best = -1;
        long lowest = Long.MAX_VALUE;
        for (int q = 0; q < content.length; q++) {
            if (content[q] != expert) {
                continue;
            }
            long distance = 2;
            if (rankOf(q) == rankOf(slot)) {
                distance = 0;
            } else if (rankOf(q) / ranksPerNode == rankOf(slot) / ranksPerNode) {
                distance = 1;
            }
            long cost = (distance * 2 + (kept[q] ? 0 : 1)) * (slots + 1L) + readSoFar[q];
            if (cost < lowest) {
                lowest = cost;
                best = q;
            }
        }
        if (best < 0) {
            throw new IllegalStateException("expert " + expert + ": got no slot that holds it");
        }
        return best;
    }

    private void order() {
        int left = 0;
        for (int p = 0; p < slots; p++) {
            if (source[p] >= 0) {
                left++;
                if (readers[p] == 0) {
                    ready.add(p);
                }
            }
        }
        int next = 0;
        for (int cycle = 0; left > 0; ) {
            if (next < ready.size()) {
                write(ready.get(next++));
                left--;
                continue;
            }
            while (source[cycle] < 0) {
                cycle++;
            }
            save(cycle);
        }
    }

    private void write(int slot) {
        int from = source[slot];
        copy(from, slot);
        source[slot] = -1;
        if (--readers[from] == 0 && from < slots && source[from] >= 0) {
            ready.add(from);
        }
    }

    /** Saves what a slot of a cycle holds, so that the slot may be written. */
    private void save(int slot) {
        int temporary = slots + rankOf(slot);
        copy(slot, temporary);
        for (int p = 0; p < slots; p++) {
            if (source[p] == slot) {
                source[p] = temporary;
            }
        }
        readers[temporary] = readers[slot];
        readers[slot] = 0;
        ready.add(slot);
    }

    private void copy(int from, int to) {
        int round = Math.max(readUntil[to], writtenIn[from] + 1);
        readUntil[from] = Math.max(readUntil[from], round + 1);
        writtenIn[to] = round;
        content[to] = content[from];
        steps.add(new Step(round, content[from], rankOf(from), named(from), rankOf(to), named(to)));
    }

    private int named(int place) {
        return place < slots ? place : PlacementChange.TEMPORARY;
    }
}
