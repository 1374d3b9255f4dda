// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.nccl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.nccl.FailbackProtocol.State;
import io.lplb.nccl.FailbackProtocol.Step;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The way back to NCCL as messages alone: who changes when, whatever is lost. */
class FailbackProtocolTest {
    /** Sources whose rows are handed over here. */
    private static final class Sources {
        final FailbackProtocol[] all;
        final int[] counters;
        final int[] connecting;
        final int places;
        final byte[] id = new byte[Nccl.ID_BYTES];
        final Random random;
        long round = 1L << 33;
        int drops;

        Sources(int count, int places, long seed) {
            this.places = places;
            random = new Random(seed);
            all = new FailbackProtocol[count];
            counters = new int[count];
            connecting = new int[count];
            for (int s = 0; s < count; s++) {
                all[s] = new FailbackProtocol(count, s, places);
                all[s].idle();
                counters[s] = random.nextInt();
            }
        }

        /** A round in which all hear all. */
        void gather() {
            boolean[][] hears = new boolean[all.length][all.length];
            for (boolean[] row : hears) {
                Arrays.fill(row, true);
            }
            gather(hears);
        }

        /** A round in which hears[s][t] says whether s has t's row. */
        void gather(boolean[][] hears) {
            int[][] rows = new int[all.length][places];
            for (int s = 0; s < all.length; s++) {
                proceed(s);
                all[s].write(rows[s], counters[s]);
                for (int word : rows[s]) {
                    assertTrue(word >= 0, "counts are not negative");
                }
            }
            for (int s = 0; s < all.length; s++) {
                int[] together = new int[all.length * places];
                boolean[] heard = new boolean[all.length];
                for (int t = 0; t < all.length; t++) {
                    heard[t] = t == s || hears[s][t];
                    if (heard[t]) {
                        System.arraycopy(rows[t], 0, together, t * places, places);
                    }
                }
                Step step = all[s].read(round, together, heard, true);
                if (step == Step.CONNECT) {
                    connecting[s] = 1 + random.nextInt(6);
                    if (s > 0) {
                        assertArrayEquals(id, all[s].id(), "the id of source 0");
                    }
                } else if (step == Step.DROP) {
                    drops++;
                    all[s].lost();
                }
            }
            round++;
        }

        private void proceed(int s) {
            if (all[s].state() == State.CONNECTING && connecting[s] > 0) {
                if (--connecting[s] == 0 && s == 0) {
                    random.nextBytes(id);
                    all[s].id(id);
                }
            }
            if (all[s].state() == State.BUSY) {
                all[s].idle();
            }
        }

        /** All are connected once all try to, as with NCCL. */
        void connect() {
            int attempt = all[0].attempt();
            if (Arrays.stream(all).allMatch(a -> a.state() == State.CONNECTING && a.attempt() == attempt)
                    && connecting[0] <= 0) {
                for (FailbackProtocol one : all) {
                    one.ready();
                }
            }
        }

        int changes() {
            return (int) Arrays.stream(all).filter(a -> a.changesAt(round)).count();
        }

        void untilReady() {
            for (int k = 0; k < 2000 && all[0].state() != State.READY; k++) {
                gather();
                connect();
            }
            assertEquals(State.READY, all[0].state());
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 6", "2, 6", "2, 16", "3, 7", "5, 64", "8, 256"})
    void allChangeWithTheSameRound(int count, int places) {
        Sources sources = new Sources(count, places, places);
        int largest = Arrays.stream(sources.counters).reduce(0, (a, b) -> Integer.compareUnsigned(a, b) > 0 ? a : b);
        sources.untilReady();
        for (int k = 0; k < FailbackProtocol.LEAD; k++) {
            assertEquals(0, sources.changes());
            sources.gather();
        }
        assertEquals(count, sources.changes());
        for (FailbackProtocol one : sources.all) {
            assertEquals(largest, one.base());
            assertFalse(one.isPast(sources.round));
            assertTrue(one.isPast(sources.round + 1));
            one.lost();
            assertEquals(1, one.attempt());
        }
        sources.untilReady();
        assertEquals(2, sources.all[0].attempt());
        assertEquals(0, sources.drops);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void whoMissesTheRoundInWhichAllWereReadyLearnsOfTheChange(int deaf) {
        Sources sources = new Sources(3, 16, deaf);
        sources.untilReady();
        sources.gather(deafIs(deaf));
        for (int k = 1; k < FailbackProtocol.LEAD; k++) {
            sources.gather();
        }
        assertEquals(3, sources.changes());
    }

    @Test
    void partsOfTheIdOfAKilledSourceAreNotPutTogetherWithThoseOfItsSuccessor() {
        Sources sources = new Sources(2, 16, 12);
        sources.gather();
        while (sources.connecting[0] > 0) {
            sources.gather();
        }
        sources.gather();
        assertEquals(State.IDLE, sources.all[1].state(), "a part of the id is here, not all");
        sources.all[0] = new FailbackProtocol(2, 0, 16);
        sources.all[0].idle();
        // Sources compares the id of each attempt with that of source 0.
        sources.untilReady();
        assertEquals(2, sources.all[0].attempt());
    }

    private static boolean[][] deafIs(int deaf) {
        boolean[][] hears = new boolean[3][3];
        for (int s = 0; s < 3; s++) {
            Arrays.fill(hears[s], s != deaf);
        }
        return hears;
    }

    @Test
    void whoMissesTheLastRoundDoesNotChangeAndTheNextAttemptComes() {
        Sources sources = new Sources(3, 16, 9);
        sources.untilReady();
        for (int k = 1; k < FailbackProtocol.LEAD; k++) {
            sources.gather();
        }
        sources.gather(deafIs(1));
        assertEquals(2, sources.changes(), "two cannot know what the third has missed");
        assertEquals(1, sources.drops);
        // Theirs ends by the deadline.
        sources.all[0].lost();
        sources.all[2].lost();
        sources.untilReady();
        for (int k = 0; k < FailbackProtocol.LEAD; k++) {
            sources.gather();
        }
        assertEquals(3, sources.changes());
        assertEquals(2, sources.all[0].attempt());
    }

    @Test
    void nobodyChangesWithoutAllInTheLastRound() {
        Sources sources = new Sources(3, 16, 10);
        sources.untilReady();
        for (int k = 1; k < FailbackProtocol.LEAD; k++) {
            sources.gather();
        }
        boolean[][] silent = new boolean[3][3];
        for (boolean[] hears : silent) {
            Arrays.fill(hears, true);
            hears[2] = false;
        }
        sources.gather(silent);
        // What is silent hears the others, and cannot know that they do not hear it.
        assertEquals(1, sources.changes());
        assertTrue(sources.all[2].changesAt(sources.round));
        assertEquals(2, sources.drops);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aSourceStartedAnewEndsTheAttemptAndTakesPartInTheNext(int anew) {
        Sources sources = new Sources(3, 16, anew);
        sources.untilReady();
        sources.gather();
        sources.all[anew] = new FailbackProtocol(3, anew, 16);
        sources.gather();
        assertEquals(2, sources.drops, "both others");
        sources.untilReady();
        assertEquals(2, sources.all[0].attempt(), "one above all that were heard of");
        for (int k = 0; k < FailbackProtocol.LEAD; k++) {
            sources.gather();
        }
        assertEquals(3, sources.changes());
    }

    /** A third of all rows are lost; who changes does so with the same round as all others who do in that attempt. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whateverIsLostChangesMeet(long seed) {
        Sources sources = new Sources(3, 12, seed);
        Random random = new Random(seed);
        int attempts = 0;
        int whole = 0;
        for (int k = 0; k < 60_000; k++) {
            boolean[][] hears = new boolean[3][3];
            boolean calm = random.nextInt(3) > 0;
            for (boolean[] row : hears) {
                for (int t = 0; t < 3; t++) {
                    row[t] = calm || random.nextInt(3) > 0;
                }
            }
            sources.gather(hears);
            sources.connect();
            int changes = sources.changes();
            if (changes > 0) {
                attempts++;
                whole += changes == 3 ? 1 : 0;
                for (FailbackProtocol one : sources.all) {
                    assertTrue(one.changesAt(sources.round) || one.state() != State.READY, "one would change later");
                    one.lost();
                }
            }
        }
        assertTrue(whole > 100, whole + " of " + attempts);
    }

    @Test
    void tooFewPlacesAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new FailbackProtocol(2, 0, FailbackProtocol.HEADER));
    }
}
