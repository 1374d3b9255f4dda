// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cost;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Cost of the tokens that a rank computes for its experts: tokens themselves, whole tiles of a grouped GEMM, or a profile
 * measured on a GPU.
 *
 * <pre>
 *   tokens()                       one per token                                      unit: tokens
 *   tiles(256, 30.4, 31)           31 us + 30.4 us * sum of ceil(tokens / 256)        unit: us
 *   profile(...)                   staircase fitted to measured points                unit: us
 * </pre>
 *
 * <p>A grouped GEMM computes whole tiles, so its time is a staircase: up to a tile's rows a token more costs nothing, and
 * an expert with one token costs as much as with a full tile. A rank of speed s takes the time of this cost divided by s.
 *
 * <p>A rank without tokens costs 0. Immutable, hence safe for use by several threads.
 */
public final class ExpertCost {
    /** Least gain of a plan under a profile, as a fraction of the time as placed. */
    public static final double PROFILE_LEAST_GAIN = 0.01;

    /** Times of a tile, a rank or a copy outside these bounds are of another unit; sums of them would lose or exceed doubles. */
    private static final double LEAST_MICROS = 1e-6;

    private static final double MOST_MICROS = 1e9;
    private static final long HASH_OFFSET = 0xCBF29CE484222325L;
    private static final long HASH_PRIME = 0x100000001B3L;
    private static final List<String> PROFILES = List.of("deepseek-v3-h200", "qwen3-30b-a3b-h200");

    private final String name;
    private final String unit;
    private final CostRegime[] regimes;
    private final double replicaUs;
    private final double overheadUs;
    private final double leastGain;
    private final @Nullable FitError fitError;

    /**
     * Errors of a fitted staircase at the measured points.
     *
     * @param points number of measured points
     * @param median median of |fitted / measured - 1|
     * @param percentile90 90th percentile of |fitted / measured - 1|
     * @param largest largest |fitted / measured - 1|
     */
    public record FitError(int points, double median, double percentile90, double largest) {}

    ExpertCost(
            String name,
            String unit,
            CostRegime[] regimes,
            double replicaUs,
            double overheadUs,
            double leastGain,
            @Nullable FitError fitError) {
        this.name = name;
        this.unit = unit;
        this.regimes = regimes;
        this.replicaUs = replicaUs;
        this.overheadUs = overheadUs;
        this.leastGain = leastGain;
        this.fitError = fitError;
    }

    /** {@return the cost that counts tokens} Its unit is one token, and its plans level tokens. */
    public static ExpertCost tokens() {
        return new ExpertCost("tokens", "tokens", regime(1, 1, 0), 0, 0, 0, null);
    }

    /**
     * Cost of whole tiles.
     *
     * @param tile tokens per tile, at least 1
     * @param usPerTile microseconds per tile, 1e-6 to 1e9
     * @param fixedUs microseconds of a rank with tokens, whatever their number; 0, or 1e-6 to 1e9
     * @return the cost
     * @throws IllegalArgumentException if a number is out of range
     */
    public static ExpertCost tiles(int tile, double usPerTile, double fixedUs) {
        if (tile < 1) {
            throw new IllegalArgumentException("tile: got " + tile + ", expected at least 1 token");
        }
        if (!(usPerTile >= LEAST_MICROS && usPerTile <= MOST_MICROS)) {
            throw new IllegalArgumentException("usPerTile: got " + usPerTile + ", expected " + LEAST_MICROS + " to "
                    + MOST_MICROS + " microseconds");
        }
        requireMicros("fixedUs", fixedUs);
        return new ExpertCost(
                "tiles:" + tile + ":" + usPerTile + ":" + fixedUs,
                "us",
                regime(tile, usPerTile, fixedUs),
                0,
                0,
                0,
                null);
    }

    private static CostRegime[] regime(int tile, double perTile, double fixed) {
        return new CostRegime[] {new CostRegime(Long.MAX_VALUE, tile, 0, new double[] {fixed}, perTile)};
    }

    /**
     * Cost fitted to a file of measured points, see {@link CostProfile}.
     *
     * @param file profile in the format of {@link CostProfile#parse}
     * @return the cost
     * @throws IOException if the file cannot be read
     * @throws ProfileException if the file is no usable profile
     */
    public static ExpertCost profile(Path file) throws IOException {
        return CostProfile.read(file).fit();
    }

    /** {@return the names of the profiles that are part of this library} */
    public static List<String> profileNames() {
        return PROFILES;
    }

    /**
     * A profile that is part of this library.
     *
     * @param name one of {@link #profileNames()}
     * @return the measured points
     * @throws IllegalArgumentException if there is no such profile
     */
    public static CostProfile shippedProfile(String name) {
        if (!PROFILES.contains(name)) {
            throw new IllegalArgumentException("profile: got " + name + ", expected one of " + PROFILES);
        }
        try (InputStream in =
                Objects.requireNonNull(ExpertCost.class.getResourceAsStream(name + ".profile"), "resource")) {
            return CostProfile.parse(name, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new IllegalStateException("profile " + name + " cannot be read", e);
        }
    }

    /**
     * Cost from a short description.
     *
     * @param text {@code tokens}, {@code tiles:TILE:US_PER_TILE:FIXED_US}, one of {@link #profileNames()}, or the path of
     *     a profile
     * @return the cost
     * @throws IOException if the file cannot be read
     * @throws IllegalArgumentException if the text is none of these or the profile is not usable
     */
    public static ExpertCost parse(String text) throws IOException {
        return CostParser.parse(text);
    }

    private static void requireMicros(String what, double us) {
        if (us != 0 && !(us >= LEAST_MICROS && us <= MOST_MICROS)) {
            throw new IllegalArgumentException(
                    what + ": got " + us + ", expected 0 or " + LEAST_MICROS + " to " + MOST_MICROS + " microseconds");
        }
    }

    /**
     * This cost with a price for every replica in use, such as the copying of its weights.
     *
     * @param us added to a rank's time for every expert that it computes as a replica; 0, or 1e-6 to 1e9
     * @return the cost
     */
    public ExpertCost withReplicaCost(double us) {
        requireMicros("replica cost", us);
        return new ExpertCost(name, unit, regimes, us, overheadUs, leastGain, fitError);
    }

    /**
     * This cost with a least gain of plans, below which the placement as it is is kept: predictions of a profile are not
     * exact, so a small predicted gain may be a loss. Profiles have {@link #PROFILE_LEAST_GAIN}, other costs 0.
     *
     * @param fraction of the time as placed, from 0 to 1
     * @return the cost
     */
    public ExpertCost withLeastGain(double fraction) {
        if (!(fraction >= 0 && fraction <= 1)) {
            throw new IllegalArgumentException("least gain: got " + fraction + ", expected a fraction from 0 to 1");
        }
        return new ExpertCost(name, unit, regimes, replicaUs, overheadUs, fraction, fitError);
    }

    /**
     * This cost with a price for every plan that differs from the placement: planning and the change of dispatch. A plan
     * that gains less is not worth it.
     *
     * @param us in the unit of this cost; 0, or 1e-6 to 1e9
     * @return the cost
     */
    public ExpertCost withOverhead(double us) {
        requireMicros("overhead", us);
        return new ExpertCost(name, unit, regimes, replicaUs, us, leastGain, fitError);
    }

    /** {@return the name: {@code tokens}, {@code tiles:...} or the profile's} */
    public String name() {
        return name;
    }

    /** {@return whether the cost is the number of tokens, so that plans that level tokens are the fastest} */
    public boolean countsTokens() {
        return unit.equals("tokens") && replicaUs == 0 && overheadUs == 0 && leastGain == 0;
    }

    /** {@return the unit of all costs: {@code tokens} or {@code us}} */
    public String unit() {
        return unit;
    }

    /** {@return the tokens per tile of the largest batches} */
    public int tile() {
        return regimes[regimes.length - 1].tile();
    }

    /** {@return what a plan that differs from the placement must gain, see {@link #withOverhead}} */
    public double overheadMicros() {
        return overheadUs;
    }

    /** {@return the least gain of a plan as a fraction of the time as placed, see {@link #withLeastGain}} */
    public double leastGain() {
        return leastGain;
    }

    /** {@return the errors of the fitted staircase at the measured points, or null if this cost is no profile} */
    public @Nullable FitError fitError() {
        return fitError;
    }

    /**
     * Cost of one rank of speed 1.
     *
     * @param counts tokens of each of the rank's slots, not negative
     * @return the cost in {@link #unit()}
     * @throws IllegalArgumentException if a count is negative
     */
    public double micros(long... counts) {
        long tokens = 0;
        int active = 0;
        for (int e = 0; e < counts.length; e++) {
            if (counts[e] < 0) {
                throw new IllegalArgumentException(
                        "counts[" + e + "]: got " + counts[e] + ", expected at least 0 tokens");
            }
            tokens += counts[e];
            active += counts[e] > 0 ? 1 : 0;
        }
        CostRegime regime = regimes[regimeOf(tokens, counts.length)];
        long tiles = 0;
        for (long count : counts) {
            tiles += regime.tiles(count);
        }
        return regime.micros(tiles, active);
    }

    /**
     * Cost of computing a few tokens of one expert more on a rank: what a replica costs at least.
     *
     * @return the cost of one active expert and one tile in {@link #unit()}, the price of a replica included
     */
    public double replicaMicros() {
        CostRegime small = regimes[0];
        return replicaUs + small.expertUs() + small.micros(2, 1) - small.micros(1, 1);
    }

    /** {@return a hash of everything that decides a plan, the same on every machine} */
    public long fingerprint() {
        long hash = HASH_OFFSET;
        for (double value : new double[] {replicaUs, overheadUs, leastGain}) {
            hash = add(hash, Double.doubleToLongBits(value));
        }
        for (CostRegime regime : regimes) {
            hash = add(add(hash, regime.mostTokensPerSlot()), regime.tile());
            hash = add(hash, Double.doubleToLongBits(regime.expertUs()));
            hash = add(hash, Double.doubleToLongBits(regime.slope()));
            for (int tiles = 0; tiles < regime.curveLength(); tiles++) {
                hash = add(hash, Double.doubleToLongBits(regime.micros(tiles, 1)));
            }
        }
        return hash;
    }

    /** FNV-1a over whole numbers (Fowler, Noll, Vo). */
    private static long add(long hash, long value) {
        return (hash ^ value) * HASH_PRIME;
    }

    int regimes() {
        return regimes.length;
    }

    CostRegime regime(int k) {
        return regimes[k];
    }

    /** Returns the regime of a rank with so many tokens in so many slots. */
    int regimeOf(long tokens, int slots) {
        int k = 0;
        while (k < regimes.length - 1 && tokens / slots > regimes[k].mostTokensPerSlot()) {
            k++;
        }
        return k;
    }

    double replicaUs() {
        return replicaUs;
    }

    /**
     * Returns the least number of experts over which tiles are spread on a rank that is in a regime: the fewer the experts,
     * the fuller the tiles, and the more tokens the rank has.
     *
     * @param k the regime
     * @param tokens other tokens of the rank
     * @param units tiles, each expert's rounded up
     * @param tile tokens per tile
     * @param slots slots of the rank
     */
    long fewestExperts(int k, long tokens, long units, int tile, int slots) {
        if (k == regimes.length - 1) {
            return 0;
        }
        long most = (regimes[k].mostTokensPerSlot() + 1) * slots - 1 - tokens;
        long surplus = units * tile - most;
        if (surplus <= 0) {
            return 0;
        }
        return tile == 1 ? Long.MAX_VALUE : Math.ceilDiv(surplus, tile - 1);
    }

    /**
     * Returns a time that a rank of speed 1 takes at least with so many tiles of its slots together.
     *
     * @param units tiles, every slot's rounded up
     * @param tile tokens per tile
     * @param slots slots of the rank
     * @param largest most tiles of one expert
     */
    double leastMicros(long units, int tile, int slots, long largest) {
        if (units <= 0) {
            return 0;
        }
        long partial = Math.min(units, slots);
        long tokens = (units - partial) * tile + partial;
        long needed = Math.ceilDiv(units, Math.max(1, largest));
        double least = Double.POSITIVE_INFINITY;
        for (int k = regimeOf(tokens, slots); k < regimes.length; k++) {
            long active = Math.max(needed, fewestExperts(k, 0, units, tile, slots));
            boolean coarser = regimes[k].tile() > tile;
            long tiles = coarser ? Math.max(active, Math.ceilDiv(tokens, regimes[k].tile())) : units;
            if (active <= partial) {
                least = Math.min(least, regimes[k].micros(tiles, active));
            }
        }
        return least;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("ExpertCost[").append(name);
        for (CostRegime r : regimes) {
            text.append(String.format(
                    Locale.ROOT,
                    "; %stile %d: %.2f + %.2f per expert + %.2f per tile",
                    r.mostTokensPerSlot() == Long.MAX_VALUE ? "" : "to " + r.mostTokensPerSlot() + " tokens per slot ",
                    r.tile(),
                    r.fixedUs(),
                    r.expertUs(),
                    r.slope()));
        }
        if (replicaUs > 0) {
            text.append("; per replica ").append(replicaUs);
        }
        if (overheadUs > 0 || leastGain > 0) {
            text.append("; plans gain at least ")
                    .append(overheadUs)
                    .append(" and ")
                    .append(leastGain);
        }
        return text.append(']').toString();
    }
}
