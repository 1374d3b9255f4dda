// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replica;

import java.util.Arrays;

/**
 * Adds replicas until no rank is above its capacity, or none helps.
 *
 * <p>Every step takes the most overloaded rank. Tokens first go along augmenting paths to ranks below their capacity. If
 * there is no path, the ranks reached hold more than their capacities on every split of the present replicas, so a replica is
 * needed: the rank outside with the most room and a free slot gets the expert of which it can take the most tokens. It is
 * filled up to its capacity, even if the giving rank falls below its own: that rank then is one to fill, and its own slot is
 * still free. So {@code ranks - 1} replicas and one slot per rank level all ranks exactly, provided that experts are large
 * enough for the room, as in the alias method (Walker 1977; Vose, IEEE TSE 1991).
 *
 * <p>Where a replica needs a least number of tokens, two ranks may exchange: one gives more than the other has room for, and
 * gets tokens of another expert back.
 *
 * <p>Not thread-safe. Allocates nothing after construction.
 */
final class ReplicaGrowth {
    private static final int NONE = -1;

    private final ReplicaGraph graph;
    private final boolean[] replicated;
    private final long least;
    private final long leastNew;
    private final int maxReplicas;
    private final boolean[] stuck;

    private int bestExpert;
    private int bestRank;
    private long bestTokens;
    private int bestReturn;
    private long bestReturned;

    ReplicaGrowth(ReplicaSettings settings, ReplicaGraph graph) {
        this.graph = graph;
        replicated = new boolean[settings.experts()];
        for (int e = 0; e < replicated.length; e++) {
            replicated[e] = settings.isReplicated(e);
        }
        least = settings.minTokens();
        leastNew = Math.max(settings.minTokens(), settings.cost());
        maxReplicas = settings.maxReplicas();
        stuck = new boolean[settings.ranks()];
    }

    /**
     * Grows to the capacities of the graph.
     *
     * @return whether every rank is within its capacity
     */
    boolean grow() {
        Arrays.fill(stuck, false);
        boolean within = true;
        for (int u = mostOverloaded(); u >= 0; u = mostOverloaded()) {
            int t = graph.search(u);
            if (t >= 0) {
                graph.push(t, Math.min(graph.pathCapacity(t), room(u, t)));
            } else if (!addReplica(u) && !exchange(u)) {
                stuck[u] = true;
                within = false;
            }
        }
        return within;
    }

    private long room(int from, int to) {
        return Math.min(graph.load[from] - graph.capacity[from], graph.capacity[to] - graph.load[to]);
    }

    private int mostOverloaded() {
        int most = NONE;
        long excess = 0;
        for (int r = 0; r < stuck.length; r++) {
            long x = graph.load[r] - graph.capacity[r];
            if (x > excess && !stuck[r]) {
                excess = x;
                most = r;
            }
        }
        return most;
    }

    private boolean addReplica(int from) {
        if (graph.replicas() >= maxReplicas) {
            return false;
        }
        bestTokens = 0;
        if (graph.offersEmptyCopies()) {
            choosePresent(from);
            if (bestTokens > 0) {
                graph.move(bestExpert, from, bestRank, bestTokens);
                return true;
            }
        }
        int to = mostRoom(from);
        if (to < 0) {
            return false;
        }
        long room = graph.capacity[to] - graph.load[to];
        chooseExpert(from, to, room, Long.MAX_VALUE);
        for (int k = 1; k < graph.reached && bestTokens == 0; k++) {
            chooseExpert(graph.queue[k], to, room, graph.pathCapacity(graph.queue[k]));
        }
        if (bestTokens == 0) {
            return false;
        }
        long tokens = bestTokens;
        if (graph.freeSlot(from) < 0) {
            // Room that this rank gets could not be filled again.
            long excess = graph.load[from] - graph.capacity[from];
            tokens = Math.min(tokens, Math.max(excess, leastNew));
        }
        graph.assign(to, bestExpert);
        graph.push(bestRank, tokens);
        graph.move(bestExpert, bestRank, to, tokens);
        return true;
    }

    /**
     * Relieves a rank of fewer tokens than a replica must have: it gives another rank the least number and what that rank has
     * room for, and gets the least number back, in a new replica or in one that both ranks have already.
     */
    private boolean exchange(int from) {
        if (leastNew <= 1 || graph.replicas() >= maxReplicas) {
            return false;
        }
        bestTokens = 0;
        int first = from / graph.domain * graph.domain;
        int end = Math.min(first + graph.domain, graph.ranks);
        for (int to = first; to < end; to++) {
            long relief = room(from, to);
            if (to != from && relief > bestTokens && graph.freeSlot(to) >= 0) {
                findExchange(from, to, relief);
            }
        }
        if (bestTokens == 0) {
            return false;
        }
        graph.assign(bestRank, bestExpert);
        graph.move(bestExpert, from, bestRank, bestTokens + bestReturned);
        if (graph.slotOn(bestReturn, from) < 0 && graph.homeRank[bestReturn] != from) {
            graph.assign(from, bestReturn);
        }
        graph.move(bestReturn, bestRank, from, bestReturned);
        return true;
    }

    private void findExchange(int from, int to, long relief) {
        for (int back = graph.firstOn(to); back >= 0; back = graph.nextOn(to, back)) {
            int returned = graph.expertOn(to, back);
            boolean shared = graph.isHost(returned, from);
            boolean fresh = !shared
                    && graph.canHost(returned, from)
                    && graph.freeSlot(from) >= 0
                    && graph.replicas() + 2 <= maxReplicas
                    && replicated[returned];
            long amount = shared ? Math.max(1, leastNew - relief) : leastNew;
            if ((shared || fresh) && graph.removable(returned, to) >= amount) {
                findGiven(from, to, relief, returned, amount);
            }
        }
    }

    /** The expert with the fewest tokens that are enough for the exchange. */
    private void findGiven(int from, int to, long relief, int returned, long amount) {
        for (int k = graph.firstOn(from); k >= 0; k = graph.nextOn(from, k)) {
            int e = graph.expertOn(from, k);
            long given = relief + amount;
            if (e != returned
                    && replicated[e]
                    && given >= leastNew
                    && graph.canHost(e, to)
                    && graph.removable(e, from) >= given
                    && relief > bestTokens) {
                bestExpert = e;
                bestRank = to;
                bestTokens = relief;
                bestReturn = returned;
                bestReturned = amount;
            }
        }
    }

    /** Rank with the most room among those with a free slot in the same domain, or -1. */
    private int mostRoom(int from) {
        int first = from / graph.domain * graph.domain;
        int end = Math.min(first + graph.domain, graph.ranks);
        int best = NONE;
        long most = leastNew - 1;
        for (int r = first; r < end; r++) {
            long room = graph.capacity[r] - graph.load[r];
            if (room > most && graph.freeSlot(r) >= 0) {
                most = room;
                best = r;
            }
        }
        return best;
    }

    /** The expert on a rank of which a new replica takes the most tokens. */
    private void chooseExpert(int rank, int to, long room, long pathCapacity) {
        for (int k = graph.firstHome[rank]; k < graph.firstHome[rank + 1]; k++) {
            int e = graph.homeExpert[k];
            offer(e, rank, to, Math.min(Math.min(graph.kept[e], pathCapacity), room));
        }
        for (int s = rank * graph.spareSlots; s < (rank + 1) * graph.spareSlots; s++) {
            if (graph.slotExpert[s] >= 0) {
                offer(graph.slotExpert[s], rank, to, Math.min(Math.min(graph.removable(s), pathCapacity), room));
            }
        }
    }

    private void offer(int expert, int rank, int to, long tokens) {
        if (tokens > bestTokens && tokens >= leastNew && replicated[expert] && graph.canHost(expert, to)) {
            bestExpert = expert;
            bestRank = rank;
            bestTokens = tokens;
        }
    }

    /** The present copy without tokens that can take the most tokens of a rank. */
    private void choosePresent(int from) {
        for (int k = graph.firstHome[from]; k < graph.firstHome[from + 1]; k++) {
            int e = graph.homeExpert[k];
            offerPresent(e, from, graph.kept[e]);
        }
        for (int s = from * graph.spareSlots; s < (from + 1) * graph.spareSlots; s++) {
            if (graph.slotExpert[s] >= 0) {
                offerPresent(graph.slotExpert[s], from, graph.removable(s));
            }
        }
    }

    private void offerPresent(int expert, int from, long tokens) {
        for (int s = graph.firstSlot(expert); s >= 0; s = graph.nextSlot(s)) {
            int to = s / graph.spareSlots;
            long taken = Math.min(tokens, graph.capacity[to] - graph.load[to]);
            if (graph.slotTokens[s] == 0 && to != from && taken >= least && taken > bestTokens) {
                bestExpert = expert;
                bestRank = to;
                bestTokens = taken;
            }
        }
    }

    /**
     * Levels the ranks as far as the replicas chosen allow: afterwards no split on them has a lower largest load.
     *
     * @param capacities at a level that no split is below; afterwards at the level attained
     */
    void level(RankCapacities capacities) {
        Arrays.fill(stuck, false);
        capacities.copyTo(graph.capacity);
        int u = mostOverloaded();
        while (u >= 0) {
            int t = graph.search(u);
            if (t >= 0) {
                graph.push(t, Math.min(graph.pathCapacity(t), room(u, t)));
            } else {
                long held = 0;
                for (int k = 0; k < graph.reached; k++) {
                    held += graph.load[graph.queue[k]];
                }
                capacities.raiseFor(graph.queue, 0, graph.reached, held);
                capacities.copyTo(graph.capacity);
            }
            u = mostOverloaded();
        }
    }

    /** Takes back replicas whose tokens fit on the home rank. */
    void trim() {
        for (int s = 0; s < graph.slotExpert.length; s++) {
            int e = graph.slotExpert[s];
            if (e < 0 || graph.slotTokens[s] == 0 || graph.seat[e] == s || !graph.active[graph.homeRank[e]]) {
                continue;
            }
            int home = graph.homeRank[e];
            if (graph.load[home] + graph.slotTokens[s] <= graph.capacity[home]) {
                graph.move(e, s / graph.spareSlots, home, graph.slotTokens[s]);
            }
        }
    }
}
