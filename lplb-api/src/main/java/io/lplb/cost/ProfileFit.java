// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cost;

import io.lplb.cost.ProfileException.Fault;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Fits a staircase to a profile's points.
 *
 * <pre>
 *   time = fixed + expert * active + tile * tiles + sum over GEMMs of wave * ceil(tiles * column blocks / parallel)
 * </pre>
 *
 * <p>Grouped GEMM libraries choose a tile by the mean number of tokens per slot, so the points are divided at a threshold
 * of that mean where this lowers the error clearly, and each side gets a tile size of its own. The threshold, the tiles and
 * the waves (where the profile states columns and multiprocessors) are those of the least mean absolute relative error.
 * Where waves explain the points, time per tile inside a wave must lower the error clearly as well; otherwise the steps are
 * flat, so that no plan is worth it for fewer tiles in the same wave.
 *
 * <p>The staircase alone misses what the points show beyond it, so it is multiplied by a correction: the ratio of measured
 * to fitted times as a smooth function of the logarithm of the fitted time (Nadaraya-Watson kernel regression). A flat step
 * stays flat, and a running maximum keeps the curve from falling.
 */
final class ProfileFit {
    private static final int[] THRESHOLDS = {16, 32, 64, 128, 256, 512};
    private static final int[] TILES = {8, 16, 32, 64, 128, 256, 512};
    private static final int[] COLUMN_BLOCKS = {64, 128, 256};
    private static final int FEWEST_POINTS = 6;
    private static final int LONGEST_CURVE = 1 << 14;
    private static final double CLEARLY_LOWER = 0.9;
    private static final double SMALL_ERROR = 0.001;
    private static final double BANDWIDTH = 0.2;

    private final CostProfile profile;

    ProfileFit(CostProfile profile) {
        this.profile = profile;
    }

    /** A fitted side of the threshold. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Side(int[] points, int tile, int[] blocks, int parallel, double[] x, double loss) {
        double base(long tiles) {
            double sum = x[0] + x[2] * tiles;
            for (int g = 0; g < blocks.length; g++) {
                sum += x[3 + g] * Math.ceilDiv(tiles * blocks[g], parallel);
            }
            return sum;
        }

        double slope() {
            double sum = x[2];
            for (int g = 0; g < blocks.length; g++) {
                sum += x[3 + g] * blocks[g] / parallel;
            }
            return sum;
        }
    }

    ExpertCost fit() {
        int[] all = IntStream.range(0, profile.points()).toArray();
        Side whole = best(all);
        double loss = whole.loss() * CLEARLY_LOWER - SMALL_ERROR * all.length;
        Side low = null;
        Side high = whole;
        long limit = 0;
        for (int threshold : THRESHOLDS) {
            int[] below =
                    Arrays.stream(all).filter(p -> meanTokens(p) <= threshold).toArray();
            int[] above =
                    Arrays.stream(all).filter(p -> meanTokens(p) > threshold).toArray();
            if (below.length >= FEWEST_POINTS && above.length >= FEWEST_POINTS) {
                Side first = best(below);
                Side second = best(above);
                if (first.loss() + second.loss() < loss && first.tile() <= second.tile()) {
                    loss = first.loss() + second.loss();
                    low = first;
                    high = second;
                    limit = threshold;
                }
            }
        }
        requireGrowth(low, high);
        CostRegime large = regime(high, Long.MAX_VALUE);
        CostRegime[] regimes = low == null ? new CostRegime[] {large} : new CostRegime[] {regime(low, limit), large};
        return cost(regimes, error(cost(regimes, null)));
    }

    private ExpertCost cost(CostRegime[] regimes, ExpertCost.@Nullable FitError error) {
        return new ExpertCost(profile.name(), "us", regimes, 0, 0, ExpertCost.PROFILE_LEAST_GAIN, error);
    }

    private long meanTokens(int point) {
        return profile.tokens(point) / profile.countsOf(point).length;
    }

    private void requireGrowth(@Nullable Side low, Side high) {
        double growth = high.slope() + high.x()[1] + (low == null ? 0 : low.slope() + low.x()[1]);
        if (!(growth > 0)) {
            throw new ProfileException(
                    Fault.DECREASING,
                    profile.name() + ": got a fit of " + growth + " us per tile and expert, expected times that grow "
                            + "with tokens");
        }
    }

    /** Returns the side with the least error over all tiles and waves. */
    private Side best(int[] points) {
        Side best = null;
        for (int tile : TILES) {
            Side plain = fit(points, tile, true, new int[0], 1);
            if (best == null || plain.loss() < best.loss()) {
                best = plain;
            }
        }
        Side plain = Objects.requireNonNull(best);
        Side flat = bestWaves(points, plain.tile(), false);
        Side sloped = bestWaves(points, plain.tile(), true);
        if (flat == null || sloped == null || sloped.loss() >= CLEARLY_LOWER * plain.loss()) {
            return plain;
        }
        return sloped.loss() < CLEARLY_LOWER * flat.loss() ? sloped : flat;
    }

    /** Returns the waves with the least error, or null where the profile does not state what they depend on. */
    private @Nullable Side bestWaves(int[] points, int tile, boolean sloped) {
        Side best = null;
        for (int width : COLUMN_BLOCKS) {
            for (int share = 1; share <= 2; share++) {
                int parallel = profile.multiprocessors() / share;
                if (profile.columns().length > 0 && profile.columns().length <= 3 && parallel > 0) {
                    int[] blocks = Arrays.stream(profile.columns())
                            .map(c -> Math.ceilDiv(c, width))
                            .toArray();
                    Side side = fit(points, tile, sloped, blocks, parallel);
                    if (best == null || side.loss() < best.loss()) {
                        best = side;
                    }
                }
            }
        }
        return best;
    }

    private Side fit(int[] points, int tile, boolean sloped, int[] blocks, int parallel) {
        double[][] rows = new double[points.length][];
        for (int k = 0; k < points.length; k++) {
            rows[k] = row(points[k], tile, blocks, parallel);
            rows[k][2] = sloped ? rows[k][2] : 0;
        }
        NonNegativeFit fit = new NonNegativeFit(rows);
        double loss = 0;
        for (double[] row : rows) {
            loss += Math.abs(fit.fitted(row) - 1);
        }
        return new Side(points, tile, blocks, parallel, fit.coefficients(), loss);
    }

    private double[] row(int point, int tile, int[] blocks, int parallel) {
        double us = profile.micros(point);
        double[] row = new double[3 + blocks.length];
        long tiles = tiles(point, tile);
        row[0] = 1 / us;
        row[1] = active(point) / us;
        row[2] = tiles / us;
        for (int g = 0; g < blocks.length; g++) {
            row[3 + g] = Math.ceilDiv(tiles * blocks[g], parallel) / us;
        }
        return row;
    }

    private long tiles(int point, int tile) {
        return Arrays.stream(profile.countsOf(point))
                .map(c -> Math.ceilDiv(c, tile))
                .sum();
    }

    private double active(int point) {
        return Arrays.stream(profile.countsOf(point)).filter(c -> c > 0).count();
    }

    private CostRegime regime(Side side, long limit) {
        double expertUs = side.x()[1];
        TreeMap<Long, double[]> ratios = new TreeMap<>();
        for (int p : side.points()) {
            long tiles = tiles(p, side.tile());
            double curve = profile.micros(p) - expertUs * active(p);
            double base = side.base(tiles);
            if (curve > 0 && base > 0) {
                double[] old = ratios.getOrDefault(tiles, new double[0]);
                double[] with = Arrays.copyOf(old, old.length + 1);
                with[old.length] = Math.log(curve / base);
                ratios.put(tiles, with);
            }
        }
        long largest = ratios.isEmpty() ? 1 : ratios.lastKey();
        int length = (int) Math.min(largest + 1, LONGEST_CURVE);
        double[] curve = new double[length];
        double factor = 1;
        for (int n = 0; n < length; n++) {
            factor = correction(side, ratios, Math.max(n, 1));
            curve[n] = side.base(n) * factor;
            if (n > 0) {
                curve[n] = Math.max(curve[n], curve[n - 1]);
            }
        }
        return new CostRegime(limit, side.tile(), expertUs, curve, side.slope() * factor);
    }

    /** Kernel regression over the distinct numbers of tiles, each with the median of its points. */
    private static double correction(Side side, Map<Long, double[]> ratios, long tiles) {
        double weights = 0;
        double sum = 0;
        for (var entry : ratios.entrySet()) {
            double distance = Math.log(side.base(entry.getKey()) / side.base(tiles)) / BANDWIDTH;
            double weight = Math.exp(-0.5 * distance * distance);
            weights += weight;
            sum += weight * quantile(entry.getValue(), 0.5);
        }
        return weights > 0 ? Math.exp(sum / weights) : 1;
    }

    private ExpertCost.FitError error(ExpertCost cost) {
        double[] error = new double[profile.points()];
        for (int p = 0; p < error.length; p++) {
            error[p] = Math.abs(cost.micros(profile.countsOf(p)) / profile.micros(p) - 1);
        }
        return new ExpertCost.FitError(error.length, quantile(error, 0.5), quantile(error, 0.9), quantile(error, 1));
    }

    private static double quantile(double[] values, double q) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double at = q * (sorted.length - 1);
        int low = (int) at;
        int high = Math.min(low + 1, sorted.length - 1);
        return sorted[low] + (at - low) * (sorted[high] - sorted[low]);
    }
}
