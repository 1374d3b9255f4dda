// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replica;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Weights of all ranks in the memory of one process, for tests and examples: one thread per rank copies through
 * {@link #transport}.
 *
 * <p>Thread-safe as far as ranks touch their own slots only.
 */
public final class LocalWeights {
    private final byte[][] slots;
    private final BlockingQueue<byte[]>[][] links;

    /**
     * Slots of zeros.
     *
     * @param settings number of ranks and slots
     * @param expertBytes size of an expert's weights
     */
    @SuppressWarnings("unchecked") // Arrays of a generic type cannot be created otherwise.
    public LocalWeights(ReplicaSettings settings, int expertBytes) {
        slots = new byte[settings.physicalExperts()][expertBytes];
        links = (BlockingQueue<byte[]>[][]) new BlockingQueue<?>[settings.ranks()][settings.ranks()];
        for (BlockingQueue<byte[]>[] from : links) {
            for (int to = 0; to < from.length; to++) {
                from[to] = new LinkedBlockingQueue<>();
            }
        }
    }

    /**
     * {@return the weights in a physical slot, not a copy}
     *
     * @param slot from 0 to {@code physicalExperts - 1}
     */
    public byte[] slot(int slot) {
        return slots[slot];
    }

    /**
     * {@return the transport of one rank}
     *
     * @param rank from 0 to {@code ranks - 1}
     */
    public WeightTransport transport(int rank) {
        return new Transport(rank);
    }

    private final class Transport implements WeightTransport {
        private final int rank;
        private @Nullable BlockingQueue<byte[]> from;
        private int target;

        Transport(int rank) {
            this.rank = rank;
        }

        @Override
        public void send(int peer, int slot) {
            links[rank][peer].add(slots[slot].clone());
        }

        @Override
        public void receive(int peer, int slot) {
            from = links[peer][rank];
            target = slot;
        }

        @Override
        public void finishRound() throws InterruptedException {
            if (from != null) {
                byte[] weights = from.take();
                System.arraycopy(weights, 0, slots[target], 0, weights.length);
                from = null;
            }
        }
    }
}
