// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Ranks that are threads of one process: each writes its counts straight onto the boards of the others and wakes them.
 *
 * <p>Each rank's exchange belongs to one thread at a time; a board is guarded by its own lock, since the other ranks
 * write to it.
 */
public final class LocalExchange implements WorkloadExchange {
    private final List<LocalExchange> group;
    private final RoundBoard board;
    private final int ranks;
    private final int self;
    private final int experts;
    private volatile Thread waiting = Thread.currentThread();
    private volatile boolean closed;

    private LocalExchange(List<LocalExchange> group, int ranks, int self, int experts) {
        this.group = group;
        this.board = new RoundBoard(ranks, self, experts);
        this.ranks = ranks;
        this.self = self;
        this.experts = experts;
    }

    /**
     * Makes the exchanges of a whole group, rank after rank.
     *
     * @param ranks at least 1
     * @param experts at least 1
     * @return {@code ranks} exchanges, one for each rank
     */
    public static List<LocalExchange> group(int ranks, int experts) {
        List<LocalExchange> group = new ArrayList<>();
        for (int r = 0; r < ranks; r++) {
            group.add(new LocalExchange(group, ranks, r, experts));
        }
        return List.copyOf(group);
    }

    @Override
    public int ranks() {
        return ranks;
    }

    @Override
    public int self() {
        return self;
    }

    @Override
    public int experts() {
        return experts;
    }

    @Override
    public void start(long round, int layer, long fingerprint, int[] own) {
        requireOpen();
        RoundStatement said;
        synchronized (board) {
            said = board.begin(round, layer, fingerprint, own);
        }
        for (int r = 0; r < ranks; r++) {
            if (r != self) {
                group.get(r).accept(self, said, own);
            }
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("gather: got a closed exchange, expected an open one");
        }
    }

    @Override
    public RoundStatus gather(long round, int layer, long fingerprint, int[] own, int[] all, long timeoutNanos) {
        requireOpen();
        long start = System.nanoTime();
        waiting = Thread.currentThread();
        boolean started;
        synchronized (board) {
            board.requireAll(all);
            started = board.isOpen(round);
        }
        if (!started) {
            start(round, layer, fingerprint, own);
        }
        while (true) {
            long left = timeoutNanos - (System.nanoTime() - start);
            boolean interrupted = Thread.currentThread().isInterrupted();
            synchronized (board) {
                if (left <= 0 || interrupted || board.isSettled()) {
                    return board.end(all, interrupted);
                }
            }
            LockSupport.parkNanos(this, left);
        }
    }

    private void accept(int rank, RoundStatement said, int[] counts) {
        if (closed) {
            return;
        }
        synchronized (board) {
            int at = board.claim(rank, said.round);
            if (at >= 0) {
                System.arraycopy(counts, 0, board.counts(), at, experts);
                board.commit(rank, said);
            }
        }
        LockSupport.unpark(waiting);
    }

    @Override
    public boolean heard(int rank) {
        synchronized (board) {
            return board.heard(rank);
        }
    }

    @Override
    public boolean isAway(int rank) {
        synchronized (board) {
            return board.isAway(rank);
        }
    }

    @Override
    public void planned(long hash) {
        synchronized (board) {
            board.planned(hash);
        }
    }

    @Override
    public int differingRank() {
        synchronized (board) {
            return board.differingRank();
        }
    }

    @Override
    public long nextRound() {
        synchronized (board) {
            return board.nextRound();
        }
    }

    @Override
    public String transport() {
        return ranks == 1 ? "none: one rank sees all tokens" : "memory: " + ranks + " ranks are threads of one process";
    }

    @Override
    public void close() {
        closed = true;
    }
}
