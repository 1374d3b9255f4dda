// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.problem;

import io.lplb.placement.Eplb;
import io.lplb.placement.ExpertPlacement;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Families of problems on which solvers have failed, for checks of solvers and of backends. A family and a seed are a problem,
 * the same on every machine; shapes of one size are shared between seeds. Loads are whole, and so are the speeds of all but the
 * extreme ones.
 *
 * <p>Safe for use by several threads.
 */
public enum HostileFamily {
    /** One item beside fixed loads on two of many ranks. */
    ONE_ITEM,
    /** Decode: 2 to 10 % of the items hit, counts from 1 to 20, on a ring. */
    SPARSE_RING,
    /** The same on a torus. */
    SPARSE_TORUS,
    /** The same on a placement by EPLB. */
    SPARSE_EPLB,
    /** A hub that shares an item with every other rank. */
    STAR,
    /** Small loads beside loads a million times as large. */
    TWO_SCALES,
    /** Random hosts and loads. */
    MIXED,
    /** Unequal speeds up to a ratio of a thousand. */
    SPEEDS,
    /** Speeds of 1 beside speeds of 1e4 to 1e6. */
    SPEED_RATIOS,
    /** Speeds from 1e-200 to 1e200, or all of one such size. */
    EXTREME_SPEEDS,
    /** A quarter of the ranks inactive. */
    INACTIVE;

    private static final int[] SIZES = {2, 3, 8, 12, 16, 32, 64};

    private static final Map<String, MinMaxProblem> SHAPES = new ConcurrentHashMap<>();

    /** {@return whether all speeds are whole, so that oracles in whole numbers apply} */
    public boolean hasWholeSpeeds() {
        return this != EXTREME_SPEEDS;
    }

    /** {@return whether all active ranks have speed 1} */
    public boolean hasUnitSpeeds() {
        return this != EXTREME_SPEEDS && this != SPEEDS && this != SPEED_RATIOS;
    }

    /**
     * {@return the problem of a seed, of 2 to 64 ranks}
     *
     * @param seed any number
     * @param maxRanks the most ranks, at least 2
     */
    public MinMaxBatch draw(long seed, int maxRanks) {
        if (maxRanks < SIZES[0]) {
            throw new IllegalArgumentException("maxRanks: got " + maxRanks + ", expected at least " + SIZES[0]);
        }
        Random random = new Random(seed * 31 + name().hashCode());
        int size = SIZES[random.nextInt(SIZES.length)];
        while (size > maxRanks) {
            size = SIZES[random.nextInt(SIZES.length)];
        }
        return draw(random, size);
    }

    /**
     * {@return the problem of a seed with a given number of ranks}
     *
     * @param seed any number
     * @param ranks at least 2; on a torus rounded down to a multiple of 4
     */
    public MinMaxBatch drawOf(long seed, int ranks) {
        if (ranks < SIZES[0]) {
            throw new IllegalArgumentException("ranks: got " + ranks + ", expected at least " + SIZES[0]);
        }
        return draw(new Random(seed * 31 + name().hashCode()), ranks);
    }

    private MinMaxBatch draw(Random random, int size) {
        MinMaxProblem problem = shape(size, random);
        MinMaxBatch batch = new MinMaxBatch(problem, 1);
        fillLoads(batch, random);
        fillSpeeds(batch, random);
        return batch;
    }

    private MinMaxProblem shape(int size, Random random) {
        long variant = random.nextInt(4);
        int columns = size >= 8 ? 4 : 2;
        int rows = Math.max(2, size / columns);
        return SHAPES.computeIfAbsent(name() + variant + "/" + size, key -> switch (this) {
            case SPARSE_RING -> MinMaxProblem.of(size, ring(size));
            case SPARSE_TORUS, TWO_SCALES -> MinMaxProblem.of(rows * columns, torus(rows, columns));
            case SPARSE_EPLB -> eplb(size, variant);
            case STAR -> MinMaxProblem.of(size, star(size));
            default -> {
                Random of = new Random(key.hashCode());
                int items = this == ONE_ITEM ? 1 : 1 + of.nextInt(3 * size);
                yield MinMaxProblem.of(size, anyHosts(of, size, items, 2 + (int) variant));
            }
        });
    }

    private static MinMaxProblem eplb(int ranks, long variant) {
        Random random = new Random(variant);
        double[] weight = new double[4 * ranks];
        Arrays.setAll(weight, e -> Math.ceil(Math.exp(2 * random.nextGaussian()) * 10));
        ExpertPlacement placement = Eplb.place(new double[][] {weight}, 5 * ranks, 1, 1, ranks)
                .layers()
                .get(0);
        return PlacementProblem.of(placement, null).problem();
    }

    private static int[][] star(int ranks) {
        int[][] hosts = new int[ranks - 1][];
        Arrays.setAll(hosts, i -> new int[] {0, i + 1});
        return hosts;
    }

    private static int[][] ring(int ranks) {
        int[][] hosts = new int[ranks][];
        Arrays.setAll(hosts, r -> new int[] {(r + 1) % ranks, r});
        return hosts;
    }

    private static int[][] torus(int rows, int columns) {
        int[][] hosts = new int[2 * rows * columns][];
        for (int r = 0; r < rows * columns; r++) {
            int i = r / columns;
            int j = r % columns;
            hosts[2 * r] = new int[] {(i + 1) % rows * columns + j, r};
            hosts[2 * r + 1] = new int[] {i * columns + (j + 1) % columns, r};
        }
        return hosts;
    }

    /** Items with 2 to {@code most} hosts each, drawn without replacement. */
    private static int[][] anyHosts(Random random, int ranks, int items, int most) {
        int[][] hosts = new int[items][];
        for (int i = 0; i < items; i++) {
            int[] deck = new int[ranks];
            Arrays.setAll(deck, r -> r);
            int count = Math.min(ranks, 2 + random.nextInt(most - 1));
            for (int k = 0; k < count; k++) {
                int at = k + random.nextInt(ranks - k);
                int drawn = deck[at];
                deck[at] = deck[k];
                deck[k] = drawn;
            }
            hosts[i] = Arrays.copyOf(deck, count);
        }
        return hosts;
    }

    private void fillLoads(MinMaxBatch batch, Random random) {
        double hit = 0.02 + 0.08 * random.nextDouble();
        for (int i = 0; i < batch.load().length; i++) {
            batch.load()[i] = switch (this) {
                case SPARSE_RING, SPARSE_TORUS, SPARSE_EPLB -> random.nextDouble() < hit ? 1 + random.nextInt(20) : 0;
                case TWO_SCALES -> random.nextInt(3) == 0 ? 1_000_000 + random.nextInt(1_000_000) : random.nextInt(3);
                case ONE_ITEM -> 1 + random.nextInt(40);
                default -> random.nextInt(4) == 0 ? 0 : random.nextInt(1 << random.nextInt(12));
            };
        }
        for (int r = 0; r < batch.fixed().length; r++) {
            batch.fixed()[r] = switch (this) {
                case SPARSE_RING, SPARSE_TORUS, SPARSE_EPLB -> random.nextDouble() < hit ? 1 + random.nextInt(20) : 0;
                case TWO_SCALES -> random.nextInt(3) == 0 ? 1_000_000 : random.nextInt(3);
                case ONE_ITEM -> 0;
                default -> random.nextInt(2) == 0 ? 0 : random.nextInt(1 << random.nextInt(10));
            };
        }
        if (this == ONE_ITEM) {
            for (int h : batch.problem().hostsOf(0)) {
                batch.fixed()[h] = random.nextInt(60);
            }
        }
    }

    private void fillSpeeds(MinMaxBatch batch, Random random) {
        double[] speed = batch.speed().clone();
        double size = Math.pow(10, random.nextInt(401) - 200);
        boolean alike = random.nextBoolean();
        for (int r = 0; r < speed.length; r++) {
            speed[r] = switch (this) {
                case SPEEDS -> 1 + random.nextInt(1000);
                case SPEED_RATIOS -> random.nextBoolean() ? 1 : Math.pow(10, 4 + random.nextInt(3));
                case EXTREME_SPEEDS -> alike ? size : Math.pow(10, random.nextInt(201) - 100);
                case INACTIVE -> random.nextInt(4) == 0 ? 0 : 1;
                default -> 1;
            };
        }
        batch.setSpeed(0, speed, 0);
    }
}
