// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.lplb.exchange.RoundStatus;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Groups under faults, see {@link Simulation}. {@code -Dlplb.simulationSeeds=N} tries N seeds per fault, and N of mixed
 * faults; {@code -Dlplb.simulationFirst=SEED} is the first one.
 */
class SimulationTest {
    /** Rounds from the end of a fault until all agree in every round. */
    private static final int REUNION = 10;

    /** The same where up to eight faults come one upon the other. */
    private static final int LATE_REUNION = 40;

    private static final int SEEDS = Integer.getInteger("lplb.simulationSeeds", 3);
    private static final long FIRST = Long.getLong("lplb.simulationFirst", 1);

    @Test
    void aHealthyGroupAgreesInEveryRound() {
        SimulationRun run = new SimulationRun(4, 1);
        run.start();
        run.simulation.runUntil(2_000 * Simulation.MILLISECOND);
        assertEquals(List.of(), run.simulation.failures);
        assertEquals(0, run.simulation.count(RoundStatus.MISSED));
        assertEquals(0, run.simulation.count(RoundStatus.PARTIAL));
        assertTrue(run.simulation.count(RoundStatus.COMPLETE) > 2_000);
        run.simulation.stop();
    }

    @Test
    void aSeedDecidesAll() {
        String once = new SimulationRun(3, 5).single(Fault.LOSS).toString();
        assertEquals(once, new SimulationRun(3, 5).single(Fault.LOSS).toString());
    }

    @ParameterizedTest
    @EnumSource
    void afterOneFaultAllAgreeAgain(Fault fault) {
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
            SimulationRun.Result result = new SimulationRun(2 + (int) (seed % 4), seed).single(fault);
            assertEquals(List.of(), result.failures(), "seed " + seed);
            assertTrue(result.reunion() <= REUNION, "seed " + seed + ": " + result);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPlantedFaultIsFound(PlantedFault planted) {
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
            SimulationRun run = new SimulationRun(3, seed);
            run.simulation.plant(planted);
            SimulationRun.Result result = run.single(planted.shownBy);
            if (!result.failures().isEmpty() || result.reunion() > REUNION) {
                return;
            }
        }
        fail("found by none of " + SEEDS + " seeds");
    }

    @Test
    void underManyFaultsNoTwoRanksAgreeOnDifferentPlans() {
        for (long seed = FIRST; seed < FIRST + 2L * SEEDS; seed++) {
            SimulationRun.Result result = new SimulationRun(2 + (int) (seed % 5), seed).mixed();
            assertEquals(List.of(), result.failures(), "seed " + seed);
            assertTrue(result.reunion() <= LATE_REUNION, "seed " + seed + ": " + result);
        }
    }
}
