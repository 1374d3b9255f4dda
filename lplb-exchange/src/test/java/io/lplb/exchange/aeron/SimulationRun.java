// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import io.lplb.exchange.RoundStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** One run of a {@link Simulation}: a group starts, suffers, and has a second to agree again. */
final class SimulationRun {
    private static final long SETTLED = 100 * Simulation.MILLISECOND;
    private static final long AFTER = 1_000 * Simulation.MILLISECOND;

    final Simulation simulation;
    private final int ranks;
    private final long seed;

    /**
     * What a run came to.
     *
     * @param reunion rounds from the end of the last fault until all ranks agree in every round
     */
    record Result(
            long seed, String faults, long reunion, long complete, long partial, long missed, List<String> failures) {}

    SimulationRun(int ranks, long seed) {
        this.ranks = ranks;
        this.seed = seed;
        // A key of its own per seed, the same in every run.
        simulation = new Simulation(ranks, seed, GroupKey.parse(String.format(Locale.ROOT, "%064x", seed)));
    }

    void start() {
        for (int r = 0; r < ranks; r++) {
            simulation.start(r, 0);
        }
    }

    /** One fault in a healthy group. */
    Result single(Fault fault) {
        start();
        simulation.runUntil(SETTLED);
        long end = fault.strike(simulation, simulation.random.nextInt(ranks));
        return finish(end, fault.name());
    }

    /** Some faults, one upon the other. */
    Result mixed() {
        start();
        simulation.runUntil(SETTLED);
        Fault[] kinds = Fault.values();
        List<String> names = new ArrayList<>();
        long end = simulation.now();
        for (int k = 2 + simulation.random.nextInt(6); k > 0; k--) {
            Fault fault = kinds[simulation.random.nextInt(kinds.length)];
            names.add(fault.name());
            end = Math.max(end, fault.strike(simulation, simulation.random.nextInt(ranks)));
            simulation.runUntil(simulation.now() + simulation.random.nextInt(200) * Simulation.MILLISECOND);
        }
        return finish(end, String.join(" ", names));
    }

    private Result finish(long end, String faults) {
        simulation.runUntil(end);
        long newest = simulation.newest();
        simulation.runUntil(end + AFTER);
        long from = simulation.agreedFrom(newest);
        simulation.stop();
        return new Result(
                seed,
                faults,
                from == Long.MAX_VALUE ? from : from - newest,
                simulation.count(RoundStatus.COMPLETE),
                simulation.count(RoundStatus.PARTIAL),
                simulation.count(RoundStatus.MISSED),
                simulation.failures);
    }
}
