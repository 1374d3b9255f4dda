// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.workload;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * The kinds of expert popularity that the project is tested and measured with, by name. Each writes a weight per
 * expert for one batch; {@link Workload} turns weights into counts or into routed ids.
 *
 * <p>Two sources of randomness: {@code lasting} starts the same for every batch, so what is drawn from it persists;
 * {@code fresh} differs from batch to batch. Experts are thought to live on ranks in their natural order, {@code
 * experts / ranks} on each, where a kind speaks of ranks.
 */
public enum WorkloadKind {
    /** Independent N(1, 0.3) for every expert and batch, at least 0: the load of LPLB's own solver tests. */
    NORMAL("normal", "N(1, 0.3) for each expert in every batch") {
        @Override
        void weigh(Draw draw, double[] weight) {
            multiplyByNormal(draw.fresh(), weight);
        }
    },
    /** Log-normal, the spread chosen so that the largest weight is the workload's ratio (4) times the mean. */
    LOGNORMAL("lognormal", "log-normal, largest expert at 4 times the mean") {
        @Override
        void weigh(Draw draw, double[] weight) {
            Skew.logNormal(draw.fresh(), weight, draw.maxOverMean());
        }
    },
    /** Zipf, the exponent chosen so that the largest weight is the ratio times the mean; experts in random order. */
    ZIPF("zipf", "Zipf, largest expert at 4 times the mean") {
        @Override
        void weigh(Draw draw, double[] weight) {
            Skew.zipf(draw.fresh(), weight, draw.maxOverMean());
        }
    },
    /** A log-normal popularity that lasts, times N(1, 0.3) for every batch: a layer whose past predicts its future. */
    LAYER("layer", "log-normal and lasting, times N(1, 0.3) in every batch") {
        @Override
        void weigh(Draw draw, double[] weight) {
            Skew.logNormal(draw.lasting(), weight, draw.maxOverMean());
            multiplyByNormal(draw.fresh(), weight);
        }
    },
    /** 30 % of the tokens in 4 experts that change with the batch. */
    CONCENTRATED_30("concentrated30", "30 % of the tokens in 4 experts") {
        @Override
        void weigh(Draw draw, double[] weight) {
            concentrate(draw, weight, 0.30);
        }
    },
    /** 50 % of the tokens in 4 experts that change with the batch. */
    CONCENTRATED_50("concentrated50", "50 % of the tokens in 4 experts") {
        @Override
        void weigh(Draw draw, double[] weight) {
            concentrate(draw, weight, 0.50);
        }
    },
    /** 80 % of the tokens in 4 experts that change with the batch. */
    CONCENTRATED_80("concentrated80", "80 % of the tokens in 4 experts") {
        @Override
        void weigh(Draw draw, double[] weight) {
            concentrate(draw, weight, 0.80);
        }
    },
    /** 95 % of the tokens in 4 experts that change with the batch. */
    CONCENTRATED_95("concentrated95", "95 % of the tokens in 4 experts") {
        @Override
        void weigh(Draw draw, double[] weight) {
            concentrate(draw, weight, 0.95);
        }
    },
    /** N(1, 0.3), and the experts of one rank, always the same, are 3 times as popular. */
    HOT_RANK("hot-rank", "the experts of one rank at 3 times the others") {
        @Override
        void weigh(Draw draw, double[] weight) {
            multiplyByNormal(draw.fresh(), weight);
            heatRank(weight, draw.ranks(), draw.lasting().nextInt(draw.ranks()));
        }
    },
    /** N(1, 0.3), and the experts of rank {@code batch mod ranks} are 3 times as popular. */
    ROTATING("rotating", "the experts of one rank at 3 times the others, the next rank with every batch") {
        @Override
        void weigh(Draw draw, double[] weight) {
            multiplyByNormal(draw.fresh(), weight);
            heatRank(weight, draw.ranks(), (int) Math.floorMod(draw.batch(), (long) draw.ranks()));
        }
    },
    /** N(1, 0.3), and in every 8th batch one random expert takes 40 % of the tokens. */
    BURST("burst", "N(1, 0.3), and 40 % of every 8th batch in one expert") {
        @Override
        void weigh(Draw draw, double[] weight) {
            multiplyByNormal(draw.fresh(), weight);
            if (Math.floorMod(draw.batch(), BURST_PERIOD) == 0) {
                int hot = draw.fresh().nextInt(weight.length);
                weight[hot] = 0;
                weight[hot] = Arrays.stream(weight).sum() * BURST_SHARE / (1 - BURST_SHARE);
            }
        }
    },
    /** N(1, 0.3), and a random half of the experts gets nothing. */
    EMPTY("empty", "N(1, 0.3), and a random half of the experts without a token") {
        @Override
        void weigh(Draw draw, double[] weight) {
            multiplyByNormal(draw.fresh(), weight);
            int[] order = Skew.permutation(draw.fresh(), weight.length);
            for (int k = 0; k < weight.length / 2; k++) {
                weight[order[k]] = 0;
            }
        }
    };

    /** Largest weight over mean weight of the skewed kinds, unless a workload says otherwise. */
    static final double MAX_OVER_MEAN = 4;

    /** Standard deviation of a batch's fluctuation around 1. */
    static final double FLUCTUATION = 0.3;

    /** How much more popular the experts of a hot rank are. */
    static final double HOT_FACTOR = 3;

    /** Number of experts that a concentrated batch favours. */
    static final int CONCENTRATED_EXPERTS = 4;

    static final double BURST_SHARE = 0.4;
    static final int BURST_PERIOD = 8;

    private final String id;
    private final String description;

    WorkloadKind(String id, String description) {
        this.id = id;
        this.description = description;
    }

    /**
     * What one batch's weights are drawn from.
     *
     * @param lasting the same sequence for every batch of a workload
     * @param fresh another sequence for every batch
     * @param maxOverMean largest weight over mean weight, for kinds that aim at one
     */
    record Draw(RandomGenerator lasting, RandomGenerator fresh, long batch, int ranks, double maxOverMean) {}

    /** Multiplies {@code weight [experts]}, all 1 on entry, into the weights of one batch; the scale is free. */
    abstract void weigh(Draw draw, double[] weight);

    /** Whether the kind aims at a ratio of the largest to the mean weight, which a workload may set. */
    boolean hasRatio() {
        return this == LOGNORMAL || this == ZIPF || this == LAYER;
    }

    /** Returns the name under which users know this kind. */
    public String id() {
        return id;
    }

    /** Returns one line that says what the kind is. */
    public String description() {
        return description;
    }

    /**
     * The kind of that name.
     *
     * @throws IllegalArgumentException if there is none, with the names that there are
     */
    public static WorkloadKind named(String id) {
        for (WorkloadKind kind : values()) {
            if (kind.id.equals(id)) {
                return kind;
            }
        }
        String names = Arrays.stream(values()).map(WorkloadKind::id).collect(Collectors.joining(", "));
        throw new IllegalArgumentException("workload: got " + id + ", expected one of " + names);
    }

    private static void multiplyByNormal(RandomGenerator random, double[] weight) {
        for (int e = 0; e < weight.length; e++) {
            weight[e] *= Math.max(0, random.nextGaussian(1, FLUCTUATION));
        }
    }

    private static void heatRank(double[] weight, int ranks, int hot) {
        int perRank = weight.length / ranks;
        for (int e = hot * perRank; e < (hot + 1) * perRank; e++) {
            weight[e] *= HOT_FACTOR;
        }
    }

    /** With 4 experts or fewer the favoured ones are all there are. */
    private static void concentrate(Draw draw, double[] weight, double share) {
        int[] order = Skew.permutation(draw.fresh(), weight.length);
        int favoured = Math.min(CONCENTRATED_EXPERTS, weight.length);
        int others = weight.length - favoured;
        for (int k = 0; k < weight.length; k++) {
            weight[order[k]] = k < favoured ? share / favoured : (1 - share) / others;
        }
    }
}
