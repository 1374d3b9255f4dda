// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.workload;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The kinds of expert popularity that the project is tested and measured with, by name. Each writes a weight per
 * expert for one batch; {@link Workload} turns weights into counts or into routed ids.
 *
 * <p>W0 to W7 are the workloads of Megatron-LM's token-imbalance benchmark, from their public description (NVIDIA/Megatron-LM, issue 6757
 * and pull request 7488): pools of experts from which each token draws distinct ones. They depend on the seed, the batch and the layer, not
 * on the ranks. W3's hot set is as large as W1's, as the description says; the code of the pull request has a larger one.
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
    },
    /** Experts in turn: every expert has the same load, to a token. */
    W0("W0", "W0_balanced", "experts in turn, the balanced control") {
        @Override
        TokenPools pools(Draw draw, int experts, int topK) {
            return TokenPools.inTurn(experts);
        }
    },
    /** 3 of 4 tokens in a fixed quarter of the experts, drawn by the seed. */
    W1("W1", "W1_hot_expert_set", "3 of 4 tokens in a fixed quarter of the experts, drawn by the seed") {
        @Override
        TokenPools pools(Draw draw, int experts, int topK) {
            int[] order = Skew.permutation(draw.lasting(), experts);
            return TokenPools.hot(experts, Arrays.copyOf(order, TokenPools.hotWidth(experts, topK)), 4);
        }
    },
    /** The heat of W1 in the first quarter of the experts, which the fewest ranks own. */
    W2("W2", "W2_hot_rank", "3 of 4 tokens in the first quarter of the experts, which few ranks own") {
        @Override
        TokenPools pools(Draw draw, int experts, int topK) {
            int[] hot = TokenPools.range(0, TokenPools.hotWidth(experts, topK), experts);
            return TokenPools.hot(experts, hot, 4);
        }
    },
    /** The heat of W1 in every fourth expert, spread over all ranks. */
    W3("W3", "W3_spread_hot_experts", "3 of 4 tokens in every fourth expert, spread over the ranks") {
        @Override
        TokenPools pools(Draw draw, int experts, int topK) {
            int[] hot = new int[TokenPools.hotWidth(experts, topK)];
            for (int k = 0; k < hot.length; k++) {
                hot[k] = (int) ((long) k * experts / hot.length);
            }
            return TokenPools.hot(experts, hot, 4);
        }
    },
    /** All experts alike, and the last sources send the most tokens. */
    W4("W4", "W4_source_ragged", "experts alike, sources with 1, 2, 3, .. parts of the tokens") {
        @Override
        TokenPools pools(Draw draw, int experts, int topK) {
            return TokenPools.all(experts);
        }
    },
    /** No token in the first half of the experts. */
    W5("W5", "W5_zero_expert_rank", "no token in the first half of the experts") {
        @Override
        TokenPools pools(Draw draw, int experts, int topK) {
            int live = Math.min(experts, Math.max(topK, experts - experts / 2));
            return TokenPools.hot(experts, TokenPools.range(experts - live, live, experts), 0);
        }
    },
    /** The heat of W1 in a quarter of the experts that moves on every third batch. */
    W6("W6", "W6_rotating_hotspot", "3 of 4 tokens in a quarter of the experts that moves on every 3rd batch") {
        @Override
        TokenPools pools(Draw draw, int experts, int topK) {
            int width = TokenPools.hotWidth(experts, topK);
            long moves = Math.floorDiv(draw.batch(), ROTATION_PERIOD);
            int first = (int) Math.floorMod(moves * width, (long) experts);
            return TokenPools.hot(experts, TokenPools.range(first, width, experts), 4);
        }
    },
    /** Three batches with all experts alike, then one with every second token in a quarter of the experts. */
    W7("W7", "W7_burst", "3 batches with experts alike, then one with every 2nd token in a quarter of them") {
        @Override
        TokenPools pools(Draw draw, int experts, int topK) {
            boolean burst = Math.floorMod(draw.batch(), TOKEN_BURST_PERIOD) == TOKEN_BURST_PERIOD - 1;
            int[] hot = TokenPools.range(0, TokenPools.hotWidth(experts, topK), experts);
            return burst ? TokenPools.hot(experts, hot, 2) : TokenPools.all(experts);
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

    private static final long ROTATION_PERIOD = 3;
    private static final int TOKEN_BURST_PERIOD = 4;

    private final String id;
    private final String longId;
    private final String description;

    WorkloadKind(String id, String description) {
        this(id, id, description);
    }

    WorkloadKind(String id, String longId, String description) {
        this.id = id;
        this.longId = longId;
        this.description = description;
    }

    /**
     * Distribution of one batch's weights.
     *
     * @param lasting the same sequence for every batch of a workload
     * @param fresh another sequence for every batch
     * @param maxOverMean largest weight over mean weight, for kinds that aim at one
     */
    record Draw(RandomGenerator lasting, RandomGenerator fresh, long batch, int ranks, double maxOverMean) {}

    /** Multiplies {@code weight [experts]}, all 1 on entry, into the weights of one batch; the scale is free. */
    void weigh(Draw draw, double[] weight) {
        TokenPools pools = pools(draw, weight.length, 1);
        if (pools == null) {
            throw new IllegalStateException(id + ": got neither weights nor pools");
        }
        pools.weigh(weight);
    }

    /** Returns from which experts each token of a batch chooses, or null if they are drawn by weight. */
    @Nullable TokenPools pools(Draw draw, int experts, int topK) {
        return null;
    }

    /** Whether the sources of a batch have unequal numbers of tokens. */
    boolean hasRaggedSources() {
        return this == W4;
    }

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
            if (kind.id.equalsIgnoreCase(id) || kind.longId.equalsIgnoreCase(id)) {
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
