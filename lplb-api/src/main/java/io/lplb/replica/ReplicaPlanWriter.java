// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replica;

/**
 * Writes a choice of replicas as a plan: slots and quotas of every expert, weight copies and the slot table.
 *
 * <p>Not thread-safe. Allocates nothing after construction.
 */
final class ReplicaPlanWriter {
    private final ReplicaSettings settings;
    private final ReplicaGraph graph;
    private final long[] tokens;
    private final int[] spare;

    /**
     * A writer of the choices in one graph.
     *
     * @param settings those of the graph
     * @param graph the choice, read at each write
     * @param tokens {@code [experts]}, tokens of experts that have an active rank, read at each write
     * @param spare {@code [spare slots]}, expert of every spare slot before the batch, read at each write
     */
    ReplicaPlanWriter(ReplicaSettings settings, ReplicaGraph graph, long[] tokens, int[] spare) {
        this.settings = settings;
        this.graph = graph;
        this.tokens = tokens;
        this.spare = spare;
    }

    /** Writes all but loads of the plan and its bound; counts include tokens of uncovered experts. */
    void write(long[] counts, ReplicaPlan out) {
        out.replicas = graph.replicas();
        System.arraycopy(graph.load, 0, out.rankLoad, 0, graph.load.length);
        writeSlots(out);
        long routed = 0;
        long uncovered = 0;
        int k = 0;
        for (int e = 0; e < tokens.length; e++) {
            routed += tokens[e];
            uncovered += counts[e] - tokens[e];
            out.firstReplica[e] = k;
            out.slot[k] = settings.homeSlot(e);
            out.quota[k++] = graph.kept[e];
            for (int s = graph.firstSlot(e); s >= 0; s = graph.nextSlot(s)) {
                if (graph.slotTokens[s] == 0 && !graph.present[s]) {
                    continue;
                }
                k = insert(out, out.firstReplica[e] + 1, k, settings.physicalSlot(s), graph.slotTokens[s]);
            }
        }
        out.firstReplica[tokens.length] = k;
        out.tokens = routed;
        out.uncoveredTokens = uncovered;
    }

    /** Inserts a slot of an expert, whose slots rise. */
    private static int insert(ReplicaPlan out, int from, int end, int slot, long tokens) {
        int k = end;
        while (k > from && out.slot[k - 1] > slot) {
            out.slot[k] = out.slot[k - 1];
            out.quota[k] = out.quota[k - 1];
            k--;
        }
        out.slot[k] = slot;
        out.quota[k] = tokens;
        return end + 1;
    }

    private void writeSlots(ReplicaPlan out) {
        out.copies = 0;
        for (int s = 0; s < spare.length; s++) {
            int p = settings.physicalSlot(s);
            if (isNewCopy(graph, s)) {
                int e = graph.slotExpert[s];
                int seat = graph.seat[e];
                out.copyExpert[out.copies] = e;
                out.copySource[out.copies] = seat < 0 ? settings.homeSlot(e) : settings.physicalSlot(seat);
                out.copyTarget[out.copies++] = p;
            }
            // A slot that was given away and then emptied again still holds what it held before.
            boolean given = graph.slotTokens[s] == 0 && !graph.present[s];
            out.slotTable[p] = given ? spare[s] : graph.slotExpert[s];
        }
    }

    /** Returns whether a slot takes tokens of an expert whose weights it does not have yet. */
    static boolean isNewCopy(ReplicaGraph graph, int slot) {
        return graph.slotTokens[slot] > 0 && !graph.present[slot];
    }
}
