// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.IdleStrategy;

/** The calls of {@link Simulation} that depend on the version of the exchange: with others here it tries an older one. */
final class SimulatedExchange {
    private SimulatedExchange() {}

    static AeronExchange open(Simulation simulation, int rank, long incarnation, MessageBus bus, IdleStrategy idle) {
        return new AeronExchange(
                simulation.group,
                rank,
                bus,
                simulation.key(),
                incarnation,
                simulation.random::nextLong,
                simulation::now,
                idle);
    }

    /** Returns the processes that an exchange takes for the ranks. */
    static List<Long> processes(AeronExchange exchange, int ranks) {
        List<Long> processes = new ArrayList<>();
        for (int r = 0; r < ranks; r++) {
            processes.add(exchange.process(r));
        }
        return processes;
    }

    static void planned(AeronExchange exchange, long plan) {
        exchange.planned(plan);
    }
}
