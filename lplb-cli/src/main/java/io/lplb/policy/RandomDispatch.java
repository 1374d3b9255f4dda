// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.policy;

import io.lplb.placement.ExpertPlacement;
import java.util.Random;
import java.util.function.Function;

/**
 * SGLang's dynamic dispatch: every token goes to a replica of its expert drawn at random, each with the same probability
 * ({@code --ep-dispatch-algorithm dynamic}, docs.sglang.ai).
 *
 * <p>Draws the number of tokens of each replica: token by token for few, for more than {@value #EXACT} from the normal distribution with
 * the binomial's mean and variance.
 */
final class RandomDispatch implements Policy {
    private static final int EXACT = 64;

    private final Function<double[], ExpertPlacement> placing;
    private final double[] speeds;
    private final Random random;
    private int[][] ranksOf = {};

    RandomDispatch(PolicySetup setup, long seed, Function<double[], ExpertPlacement> placing) {
        this.placing = placing;
        this.speeds = setup.speedArray();
        this.random = new Random(seed);
    }

    @Override
    public ExpertPlacement place(double[] history) {
        ExpertPlacement placement = placing.apply(history);
        ranksOf = PolicySetup.activeRanks(placement, speeds);
        return placement;
    }

    @Override
    public boolean plan(long[] counts, Dispatch out) {
        for (int e = 0; e < counts.length; e++) {
            long left = counts[e];
            int[] ranks = ranksOf[e];
            for (int k = 0; k < ranks.length; k++) {
                long here = k == ranks.length - 1 ? left : binomial(left, 1.0 / (ranks.length - k));
                out.add(e, ranks[k], here);
                left -= here;
            }
        }
        return true;
    }

    private long binomial(long trials, double probability) {
        if (trials <= EXACT) {
            long hits = 0;
            for (long t = 0; t < trials; t++) {
                hits += random.nextDouble() < probability ? 1 : 0;
            }
            return hits;
        }
        double mean = trials * probability;
        double deviation = Math.sqrt(mean * (1 - probability));
        return Math.clamp(Math.round(mean + deviation * random.nextGaussian()), 0, trials);
    }
}
