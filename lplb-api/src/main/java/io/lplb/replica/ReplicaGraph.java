// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replica;

import java.util.Arrays;

/**
 * Tokens of every expert on its home rank and in spare slots, with the loads and capacities of the ranks: the state that
 * {@link ReplicaGrowth} changes.
 *
 * <pre>
 *   spare slot = rank * spareSlots + local index
 *
 *   kept [experts]           tokens on the home rank
 *   slotExpert, slotTokens   expert and tokens of every spare slot; -1 is an empty slot
 *   head, next               the slots of an expert, as a list
 * </pre>
 *
 * <p>A slot without tokens is free: it may be given to another expert. A search follows tokens from rank to rank through
 * experts with several hosts, as augmenting paths do in a flow network.
 *
 * <p>Not thread-safe. Allocates nothing after construction.
 */
final class ReplicaGraph {
    private static final int NONE = -1;

    final int ranks;
    final int experts;
    final int spareSlots;
    final int domain;

    /** Home ranks, {@code [experts]}; experts of a rank are {@code homeExpert[firstHome[r]]} to {@code [firstHome[r + 1]]}. */
    final int[] homeRank;

    final int[] firstHome;
    final int[] homeExpert;

    final long[] kept;
    final int[] slotExpert;
    final long[] slotTokens;
    final boolean[] present;
    final boolean[] active;
    final long[] load;
    final long[] capacity;

    /** Slot in which an expert with an inactive home rank starts, or -1 for the home rank: {@code [experts]}. */
    final int[] seat;

    private final int[] head;
    private final int[] next;
    private final long least;
    private final boolean unlimited;
    private boolean emptyOpen;
    private boolean keep;
    private int newCopies;
    private int replicas;

    /** Ranks that the last search reached, in the order of the search. */
    final int[] queue;

    int reached;
    private final int[] previous;
    private final int[] through;
    private final int[] seenRank;
    private final int[] seenExpert;
    private int search;

    ReplicaGraph(ReplicaSettings settings) {
        ranks = settings.ranks();
        experts = settings.experts();
        spareSlots = settings.spareSlots();
        domain = settings.domain();
        least = settings.minTokens();
        unlimited = least <= 1 && settings.maxReplicas() >= settings.ranks() * settings.spareSlots();
        homeRank = new int[experts];
        firstHome = new int[ranks + 1];
        homeExpert = new int[experts];
        for (int e = 0; e < experts; e++) {
            homeRank[e] = settings.homeRank(e);
            firstHome[homeRank[e] + 1]++;
        }
        for (int r = 0; r < ranks; r++) {
            firstHome[r + 1] += firstHome[r];
        }
        int[] at = firstHome.clone();
        for (int e = 0; e < experts; e++) {
            homeExpert[at[homeRank[e]]++] = e;
        }
        kept = new long[experts];
        slotExpert = new int[ranks * spareSlots];
        slotTokens = new long[slotExpert.length];
        present = new boolean[slotExpert.length];
        active = new boolean[ranks];
        load = new long[ranks];
        capacity = new long[ranks];
        seat = new int[experts];
        head = new int[experts];
        next = new int[slotExpert.length];
        queue = new int[ranks];
        previous = new int[ranks];
        through = new int[ranks];
        seenRank = new int[ranks];
        seenExpert = new int[experts];
    }

    /**
     * Puts every expert's tokens where they start: on its home rank, or in the slot named by {@link #seat}. Copies that are
     * present stay in their slots, without tokens.
     *
     * @param counts tokens per expert; those of an expert without an active host are 0
     * @param spare expert in every spare slot before the batch, -1 for none; slots of inactive ranks are -1
     * @param keep whether copies that are present are used before new replicas are chosen; if not, they only save the copy
     *     where the choice falls on them
     */
    void start(long[] counts, int[] spare, boolean keep) {
        this.keep = keep;
        emptyOpen = keep && unlimited;
        Arrays.fill(head, NONE);
        Arrays.fill(load, 0);
        Arrays.fill(slotTokens, 0);
        newCopies = 0;
        replicas = 0;
        for (int s = spare.length - 1; s >= 0; s--) {
            int e = spare[s];
            slotExpert[s] = e;
            present[s] = e >= 0;
            if (e >= 0) {
                next[s] = head[e];
                head[e] = s;
            }
        }
        for (int e = 0; e < experts; e++) {
            long tokens = counts[e];
            kept[e] = 0;
            if (seat[e] < 0) {
                kept[e] = tokens;
                load[homeRank[e]] += tokens;
            } else {
                slotTokens[seat[e]] = tokens;
                load[seat[e] / spareSlots] += tokens;
            }
        }
    }

    /** Number of slots outside seats with tokens. */
    int replicas() {
        return replicas;
    }

    /** Number of those whose weights are not present. */
    int newCopies() {
        return newCopies;
    }

    /** Whether present copies without tokens are to be used first, and searches do not reach them. */
    boolean offersEmptyCopies() {
        return keep && !emptyOpen;
    }

    /** First slot of an expert, or -1; the others follow by {@link #nextSlot}. */
    int firstSlot(int expert) {
        return head[expert];
    }

    int nextSlot(int slot) {
        return next[slot];
    }

    /** Slot of an expert on a rank, or -1. */
    int slotOn(int expert, int rank) {
        int s = head[expert];
        while (s >= 0 && s / spareSlots != rank) {
            s = next[s];
        }
        return s;
    }

    /** Whether tokens of an expert may move to a rank without a new replica. */
    boolean isHost(int expert, int rank) {
        if (homeRank[expert] == rank) {
            return active[rank];
        }
        int slot = slotOn(expert, rank);
        return slot >= 0 && (slotTokens[slot] > 0 || seat[expert] == slot);
    }

    /** First position of an expert on a rank, home experts before spare slots; -1 if there is none. */
    int firstOn(int rank) {
        return nextOn(rank, -1);
    }

    /** Position after another, or -1: home experts count from 0, spare slots follow. */
    int nextOn(int rank, int position) {
        int homes = firstHome[rank + 1] - firstHome[rank];
        for (int k = position + 1; k < homes + spareSlots; k++) {
            if (k < homes || slotExpert[rank * spareSlots + k - homes] >= 0) {
                return k;
            }
        }
        return NONE;
    }

    /** Expert at a position on a rank. */
    int expertOn(int rank, int position) {
        int homes = firstHome[rank + 1] - firstHome[rank];
        return position < homes
                ? homeExpert[firstHome[rank] + position]
                : slotExpert[rank * spareSlots + position - homes];
    }

    /** Whether a rank can become a host of an expert: it is not one, or has a copy without tokens. */
    boolean canHost(int expert, int rank) {
        int slot = slotOn(expert, rank);
        return homeRank[expert] != rank && (slot < 0 || (slotTokens[slot] == 0 && seat[expert] != slot));
    }

    /** First slot of a rank that another expert may take, empty ones first; -1 if there is none. */
    int freeSlot(int rank) {
        int free = NONE;
        for (int s = rank * spareSlots; s < (rank + 1) * spareSlots; s++) {
            int e = slotExpert[s];
            if (e < 0) {
                return s;
            }
            if (free < 0 && slotTokens[s] == 0 && seat[e] != s) {
                free = s;
            }
        }
        return free;
    }

    /** Tokens that can leave a slot: all of a seat, and what is above the least number of tokens elsewhere. */
    long removable(int slot) {
        long tokens = slotTokens[slot];
        return least <= 1 || seat[slotExpert[slot]] == slot ? tokens : Math.max(0, tokens - least);
    }

    /** Gives an expert a slot on a rank: that of its copy, or a free one. */
    void assign(int rank, int expert) {
        if (slotOn(expert, rank) < 0) {
            assignSlot(freeSlot(rank), expert);
        }
    }

    /** Gives an expert a slot without tokens. */
    void assignSlot(int slot, int expert) {
        int old = slotExpert[slot];
        if (old >= 0) {
            unlink(slot, old);
        }
        slotExpert[slot] = expert;
        present[slot] = false;
        next[slot] = head[expert];
        head[expert] = slot;
    }

    private void unlink(int slot, int expert) {
        if (head[expert] == slot) {
            head[expert] = next[slot];
            return;
        }
        int s = head[expert];
        while (next[s] != slot) {
            s = next[s];
        }
        next[s] = next[slot];
    }

    /** Moves tokens of an expert between two of its hosts. */
    void move(int expert, int from, int to, long tokens) {
        change(expert, from, -tokens);
        change(expert, to, tokens);
    }

    private void change(int expert, int rank, long tokens) {
        load[rank] += tokens;
        if (homeRank[expert] == rank) {
            kept[expert] += tokens;
            return;
        }
        int slot = slotOn(expert, rank);
        long before = slotTokens[slot];
        slotTokens[slot] = before + tokens;
        if (seat[expert] != slot) {
            int change = (before + tokens > 0 ? 1 : 0) - (before > 0 ? 1 : 0);
            replicas += change;
            newCopies += present[slot] ? 0 : change;
        }
    }

    /**
     * Breadth-first search from an overloaded rank for a rank below its capacity.
     *
     * @return that rank, or -1; then {@link #queue} holds the {@link #reached} ranks, whose tokens no split on the present
     *     replicas can take elsewhere
     */
    int search(int from) {
        search++;
        seenRank[from] = search;
        previous[from] = NONE;
        queue[0] = from;
        reached = 1;
        for (int k = 0; k < reached; k++) {
            int found = expandRank(queue[k]);
            if (found >= 0) {
                return found;
            }
        }
        return NONE;
    }

    private int expandRank(int rank) {
        for (int k = firstHome[rank]; k < firstHome[rank + 1]; k++) {
            int e = homeExpert[k];
            if (head[e] >= 0 && kept[e] > 0) {
                int found = expandExpert(e, rank);
                if (found >= 0) {
                    return found;
                }
            }
        }
        for (int s = rank * spareSlots; s < (rank + 1) * spareSlots; s++) {
            if (slotExpert[s] >= 0 && removable(s) > 0) {
                int found = expandExpert(slotExpert[s], rank);
                if (found >= 0) {
                    return found;
                }
            }
        }
        return NONE;
    }

    private int expandExpert(int expert, int from) {
        if (seenExpert[expert] == search) {
            return NONE;
        }
        seenExpert[expert] = search;
        int home = homeRank[expert];
        if (active[home] && arrive(home, expert, from)) {
            return home;
        }
        for (int s = head[expert]; s >= 0; s = next[s]) {
            boolean open = emptyOpen || slotTokens[s] > 0 || seat[expert] == s;
            if (open && arrive(s / spareSlots, expert, from)) {
                return s / spareSlots;
            }
        }
        return NONE;
    }

    /** Notes a rank that is reached for the first time; true if it is below its capacity. */
    private boolean arrive(int rank, int expert, int from) {
        if (seenRank[rank] == search) {
            return false;
        }
        seenRank[rank] = search;
        previous[rank] = from;
        through[rank] = expert;
        queue[reached++] = rank;
        return load[rank] < capacity[rank];
    }

    /** Most tokens that the path found by the last search carries from its start to a rank. */
    long pathCapacity(int rank) {
        long most = Long.MAX_VALUE;
        for (int r = rank; previous[r] >= 0; r = previous[r]) {
            most = Math.min(most, removable(through[r], previous[r]));
        }
        return most;
    }

    /** Rank on which the tokens of an expert start: its home rank, or that of its seat. */
    int startRank(int expert) {
        return seat[expert] < 0 ? homeRank[expert] : seat[expert] / spareSlots;
    }

    /** Tokens of an expert that can leave a rank. */
    long removable(int expert, int rank) {
        return homeRank[expert] == rank ? kept[expert] : removable(slotOn(expert, rank));
    }

    /** Moves tokens along the path found by the last search. */
    void push(int rank, long tokens) {
        for (int r = rank; previous[r] >= 0; r = previous[r]) {
            move(through[r], previous[r], r, tokens);
        }
    }

    /** Copies the choice of another graph of the same settings and batch. */
    void copyFrom(ReplicaGraph other) {
        System.arraycopy(other.kept, 0, kept, 0, experts);
        System.arraycopy(other.slotExpert, 0, slotExpert, 0, slotExpert.length);
        System.arraycopy(other.slotTokens, 0, slotTokens, 0, slotExpert.length);
        System.arraycopy(other.present, 0, present, 0, slotExpert.length);
        System.arraycopy(other.load, 0, load, 0, ranks);
        System.arraycopy(other.capacity, 0, capacity, 0, ranks);
        System.arraycopy(other.active, 0, active, 0, ranks);
        System.arraycopy(other.seat, 0, seat, 0, experts);
        System.arraycopy(other.head, 0, head, 0, experts);
        System.arraycopy(other.next, 0, next, 0, slotExpert.length);
        newCopies = other.newCopies;
        replicas = other.replicas;
    }
}
