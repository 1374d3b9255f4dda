// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.workload;

import java.util.Arrays;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * A stream of batches of one {@link WorkloadKind}, made from a seed. Batches are numbered and each can be made alone
 * and again, in any order; negative numbers are batches too, and serve as the history of the others.
 *
 * <p>Counts are the weights apportioned to whole tokens by largest remainder: they sum to the total exactly and have
 * no noise of sampling, so that a kind's ratio of maximum to mean is what it promises. Ids are sampled: every token
 * draws distinct experts by weight (Efraimidis and Spirakis, "Weighted random sampling with a reservoir", 2006), as a
 * router's top-k gives distinct experts. That limits one expert to one id in k.
 *
 * <p>Generator: L64X128MixRandom of java.util.random. Not thread-safe.
 */
public final class Workload {
    private static final RandomGeneratorFactory<RandomGenerator> GENERATORS =
            RandomGeneratorFactory.of("L64X128MixRandom");

    private final WorkloadKind kind;
    private final int experts;
    private final int ranks;
    private final long seed;
    private final double maxOverMean;
    private final double[] weight;
    private final double[] scratch;

    /**
     * @param experts number of experts, a positive multiple of {@code ranks}
     * @param ranks number of ranks, for kinds in which ranks differ
     * @throws IllegalArgumentException if the experts are not a positive multiple of the ranks
     */
    public Workload(WorkloadKind kind, int experts, int ranks, long seed) {
        this(kind, experts, ranks, seed, WorkloadKind.MAX_OVER_MEAN);
    }

    private Workload(WorkloadKind kind, int experts, int ranks, long seed, double maxOverMean) {
        this.maxOverMean = maxOverMean;
        this.kind = Objects.requireNonNull(kind, "kind");
        if (ranks < 1 || experts < 1 || experts % ranks != 0) {
            throw new IllegalArgumentException(
                    "experts: got " + experts + " on " + ranks + " ranks, expected a positive multiple of the ranks");
        }
        this.experts = experts;
        this.ranks = ranks;
        this.seed = seed;
        this.weight = new double[experts];
        this.scratch = new double[experts];
    }

    /**
     * The workload of a name: a kind's, such as {@code zipf}, or for the skewed kinds the kind's with the ratio of the
     * largest to the mean expert that every batch shall have, such as {@code zipf:8}; for {@code layer} it is the ratio
     * that lasts, before the batch's own fluctuation.
     *
     * @throws IllegalArgumentException if there is no such kind, the kind has no ratio, the ratio is not above 1 and below
     *     the number of experts, or the sizes are wrong
     */
    public static Workload named(String name, int experts, int ranks, long seed) {
        int colon = name.indexOf(':');
        if (colon < 0) {
            return new Workload(WorkloadKind.named(name), experts, ranks, seed);
        }
        double ratio = ratioOf(name);
        if (!(ratio < experts)) {
            throw new IllegalArgumentException("workload " + name + ": got a ratio of " + ratio
                    + ", expected less than the " + experts + " experts");
        }
        return new Workload(WorkloadKind.named(name.substring(0, colon)), experts, ranks, seed, ratio);
    }

    /**
     * Checks a name for {@link #named} as far as that goes without the number of experts.
     *
     * @throws IllegalArgumentException as {@link #named}
     */
    public static void requireName(String name) {
        if (name.indexOf(':') < 0) {
            WorkloadKind.named(name);
        } else {
            ratioOf(name);
        }
    }

    private static double ratioOf(String name) {
        int colon = name.indexOf(':');
        if (!WorkloadKind.named(name.substring(0, colon)).hasRatio()) {
            throw new IllegalArgumentException(
                    "workload: got " + name + ", expected a ratio of max to mean for lognormal, zipf and layer only");
        }
        String text = name.substring(colon + 1);
        double ratio;
        try {
            ratio = Double.parseDouble(text);
        } catch (NumberFormatException e) {
            ratio = Double.NaN;
        }
        if (!(ratio > 1) || ratio == Double.POSITIVE_INFINITY) {
            throw new IllegalArgumentException(
                    "workload: got " + name + ", expected a number above 1 after the colon, the ratio of max to mean");
        }
        return ratio;
    }

    /** Returns the number of experts. */
    public int experts() {
        return experts;
    }

    /** Returns the kind of this stream. */
    public WorkloadKind kind() {
        return kind;
    }

    /** The weights of a batch, {@code [experts]}, summing to 1. */
    public double[] weights(long batch) {
        weigh(batch);
        return weight.clone();
    }

    private void weigh(long batch) {
        Arrays.fill(weight, 1);
        kind.weigh(draw(batch), weight);
        double sum = Arrays.stream(weight).sum();
        if (sum == 0) {
            Arrays.fill(weight, 1);
            sum = experts;
        }
        for (int e = 0; e < experts; e++) {
            weight[e] /= sum;
        }
    }

    private WorkloadKind.Draw draw(long batch) {
        return new WorkloadKind.Draw(GENERATORS.create(seed), generator(batch, 0), batch, ranks, maxOverMean);
    }

    /** A sequence for each use of each batch, apart from the lasting one; odd multipliers keep the seeds apart. */
    private RandomGenerator generator(long batch, int use) {
        return GENERATORS.create(seed * 0x9E3779B97F4A7C15L + batch * 0xD1B54A32D192ED03L + 2L * use + 1);
    }

    /**
     * Writes how many tokens each expert gets.
     *
     * @param total sum of all counts, at least 0
     * @param counts receives the counts, {@code [experts]}
     * @throws IllegalArgumentException if the length is wrong or the total negative
     */
    public void counts(long batch, int total, int[] counts) {
        if (total < 0) {
            throw new IllegalArgumentException("total: got " + total + ", expected at least 0");
        }
        if (counts.length != experts) {
            throw new IllegalArgumentException("counts: got length " + counts.length + ", expected " + experts);
        }
        weigh(batch);
        int left = total;
        for (int e = 0; e < experts; e++) {
            double exact = weight[e] * total;
            counts[e] = (int) Math.min(left, (long) exact);
            scratch[e] = exact - counts[e];
            left -= counts[e];
        }
        while (left > 0) {
            int most = 0;
            for (int e = 1; e < experts; e++) {
                if (scratch[e] > scratch[most]) {
                    most = e;
                }
            }
            counts[most]++;
            scratch[most] -= 1;
            left--;
        }
    }

    /**
     * Writes the experts of every token of a batch.
     *
     * @param topK experts per token, at most the number of experts
     * @param ids receives the ids, {@code [tokens][topK]} flattened; its length gives the number of tokens
     * @throws IllegalArgumentException if topK is not in 1..experts or does not divide the length
     */
    public void ids(long batch, int topK, int[] ids) {
        if (topK < 1 || topK > experts) {
            throw new IllegalArgumentException("topK: got " + topK + ", expected 1.." + experts);
        }
        if (ids.length % topK != 0) {
            throw new IllegalArgumentException(
                    "ids: got length " + ids.length + ", expected a multiple of topK = " + topK);
        }
        RandomGenerator random = generator(batch, 1);
        TokenPools pools = kind.pools(draw(batch), experts, topK);
        if (pools != null) {
            pools.route(random, topK, ids);
            return;
        }
        weigh(batch);
        for (int at = 0; at < ids.length; at += topK) {
            for (int e = 0; e < experts; e++) {
                double key = random.nextExponential();
                scratch[e] = weight[e] == 0 ? Double.POSITIVE_INFINITY : key / weight[e];
            }
            takeSmallest(scratch, topK, ids, at);
        }
    }

    /** Writes the indices of the k smallest keys and spoils the keys. Infinite keys (weight 0) come last. */
    private static void takeSmallest(double[] key, int k, int[] ids, int at) {
        for (int j = 0; j < k; j++) {
            int least = -1;
            for (int e = 0; e < key.length; e++) {
                if (!Double.isNaN(key[e]) && (least < 0 || key[e] < key[least])) {
                    least = e;
                }
            }
            ids[at + j] = least;
            key[least] = Double.NaN;
        }
    }

    @Override
    public String toString() {
        return "Workload[" + kind.id() + ", experts=" + experts + ", ranks=" + ranks + ", seed=" + seed + "]";
    }
}
