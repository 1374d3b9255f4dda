// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.workload;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Experts from which the tokens of a batch draw: every {@code period}-th token draws from all of them, the others from the hot ones. Each
 * token draws distinct experts, all of its pool alike; in turn, token t has the experts that follow those of token t - 1.
 */
final class TokenPools {
    private static final int HOT_PART = 4;

    private final int experts;
    private final int[] hot;
    private final int period;
    private final boolean inTurn;

    private TokenPools(int experts, int[] hot, int period, boolean inTurn) {
        this.experts = experts;
        this.hot = hot;
        this.period = period;
        this.inTurn = inTurn;
    }

    /** All experts alike. */
    static TokenPools all(int experts) {
        return new TokenPools(experts, range(0, experts, experts), 0, false);
    }

    /** Experts in turn. */
    static TokenPools inTurn(int experts) {
        return new TokenPools(experts, range(0, experts, experts), 0, true);
    }

    /**
     * Some hot experts.
     *
     * @param period every so many tokens, one draws from all experts; 0 for never
     */
    static TokenPools hot(int experts, int[] hot, int period) {
        return new TokenPools(experts, hot, period, false);
    }

    /** The number of hot experts: a quarter of all, but enough for a token. */
    static int hotWidth(int experts, int topK) {
        return Math.min(experts, Math.max(topK, experts / HOT_PART));
    }

    /** The experts from {@code first} on, modulo their number. */
    static int[] range(int first, int width, int experts) {
        int[] range = new int[width];
        for (int k = 0; k < width; k++) {
            range[k] = (first + k) % experts;
        }
        return range;
    }

    /** Writes the share of the tokens that each expert expects. */
    void weigh(double[] weight) {
        double fromAll = period == 0 ? 0 : 1.0 / period;
        Arrays.fill(weight, fromAll / experts);
        for (int expert : hot) {
            weight[expert] += (1 - fromAll) / hot.length;
        }
    }

    /** Writes the experts of every token, {@code [tokens][topK]} flattened. */
    void route(RandomGenerator random, int topK, int[] ids) {
        int[] all = range(0, experts, experts);
        int[] some = hot.clone();
        for (int at = 0; at < ids.length; at += topK) {
            int token = at / topK;
            if (inTurn) {
                for (int k = 0; k < topK; k++) {
                    ids[at + k] = (int) (((long) at + k) % experts);
                }
            } else {
                draw(random, period > 0 && token % period == 0 ? all : some, topK, ids, at);
            }
        }
    }

    /** Draws distinct entries by the first steps of a Fisher-Yates shuffle, which leaves the pool in another order. */
    private static void draw(RandomGenerator random, int[] pool, int topK, int[] ids, int at) {
        for (int k = 0; k < topK; k++) {
            int j = k + random.nextInt(pool.length - k);
            int drawn = pool[j];
            pool[j] = pool[k];
            pool[k] = drawn;
            ids[at + k] = drawn;
        }
    }
}
