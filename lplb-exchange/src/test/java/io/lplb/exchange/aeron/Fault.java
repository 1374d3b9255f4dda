// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import java.util.Arrays;
import java.util.Random;
import java.util.function.LongUnaryOperator;

/** What can go wrong in a {@link Simulation}. Each begins at once and is over at the time that {@link #strike} returns. */
enum Fault {
    KILL {
        @Override
        long strike(Simulation simulation, int rank) {
            return restart(simulation, rank, 0);
        }
    },
    /** The process is started anew with a clock that is an hour behind. */
    CLOCK_BACK {
        @Override
        long strike(Simulation simulation, int rank) {
            return restart(simulation, rank, -3_600_000 * Simulation.MILLISECOND);
        }
    },
    CLOCK_AHEAD {
        @Override
        long strike(Simulation simulation, int rank) {
            return restart(simulation, rank, 3_600_000 * Simulation.MILLISECOND);
        }
    },
    /** Below the deadline of a round. */
    SHORT_PAUSE {
        @Override
        long strike(Simulation simulation, int rank) {
            return pause(simulation, rank, 20);
        }
    },
    PAUSE {
        @Override
        long strike(Simulation simulation, int rank) {
            return pause(simulation, rank, 120);
        }
    },
    LONG_PAUSE {
        @Override
        long strike(Simulation simulation, int rank) {
            return pause(simulation, rank, 3_000);
        }
    },
    /** One rank hears nobody and is heard by nobody. */
    CUT {
        @Override
        long strike(Simulation simulation, int rank) {
            return cut(simulation, rank, true, true);
        }
    },
    /** One rank hears nobody but is heard. */
    DEAF {
        @Override
        long strike(Simulation simulation, int rank) {
            return cut(simulation, rank, true, false);
        }
    },
    /** One rank is heard by nobody but hears. */
    MUTE {
        @Override
        long strike(Simulation simulation, int rank) {
            return cut(simulation, rank, false, true);
        }
    },
    LOSS {
        @Override
        long strike(Simulation simulation, int rank) {
            simulation.network.lost = 0.05 + 0.25 * simulation.random.nextDouble();
            return end(simulation, 300, () -> simulation.network.lost = 0);
        }
    },
    DOUBLED {
        @Override
        long strike(Simulation simulation, int rank) {
            simulation.network.doubled = 0.5;
            return end(simulation, 300, () -> simulation.network.doubled = 0);
        }
    },
    /** Some messages are late by up to ten milliseconds, and overtaken. */
    REORDERED {
        @Override
        long strike(Simulation simulation, int rank) {
            simulation.network.late = 0.3;
            return end(simulation, 300, () -> simulation.network.late = 0);
        }
    },
    DELAY {
        @Override
        long strike(Simulation simulation, int rank) {
            simulation.network.delayNanos = (5 + simulation.random.nextInt(100)) * Simulation.MILLISECOND;
            long longest = 3 * simulation.network.delayNanos / 2;
            // Over when the last message has come.
            return end(simulation, 500, () -> simulation.network.delayNanos = Simulation.USUAL_DELAY) + longest;
        }
    },
    /** All ranks change their placement with the same round. */
    PLACEMENT {
        @Override
        long strike(Simulation simulation, int rank) {
            long from = simulation.newest() + 10;
            for (int r = 0; r < simulation.group.ranks(); r++) {
                change(simulation, r, from);
            }
            return end(simulation, 100, () -> {});
        }
    },
    /** One rank changes it 40 rounds later. */
    LATE_PLACEMENT {
        @Override
        long strike(Simulation simulation, int rank) {
            long from = simulation.newest() + 10;
            for (int r = 0; r < simulation.group.ranks(); r++) {
                change(simulation, r, r == rank ? from + 40 : from);
            }
            return endAfterRound(simulation, from + 40);
        }
    },
    /** One rank has another placement for a while. */
    OTHER_PLACEMENT {
        @Override
        long strike(Simulation simulation, int rank) {
            long from = simulation.newest() + 2;
            long end = from + 60;
            LongUnaryOperator before = simulation.placement(rank);
            simulation.place(rank, round -> round >= from && round < end ? 99 : before.applyAsLong(round));
            return endAfterRound(simulation, end);
        }
    },
    /** Noise, damaged messages, records of earlier ones, and messages of another key. */
    FORGED {
        @Override
        long strike(Simulation simulation, int rank) {
            Random random = simulation.random;
            for (int k = 0; k < 300; k++) {
                simulation.at(simulation.now() + k * Simulation.MILLISECOND, () -> {
                    for (int n = 0; n < 10; n++) {
                        simulation.deliver(random.nextInt(simulation.group.ranks()), Forgery.make(simulation));
                    }
                });
            }
            return end(simulation, 300, () -> {});
        }
    };

    /** Begins, and returns when it is over. */
    abstract long strike(Simulation simulation, int rank);

    private static long end(Simulation simulation, long millis, Runnable action) {
        long end = simulation.now() + millis * Simulation.MILLISECOND;
        simulation.at(end, action);
        return end;
    }

    private static long restart(Simulation simulation, int rank, long skew) {
        simulation.kill(rank);
        long wait = 80L + simulation.random.nextInt(200);
        return end(simulation, wait, () -> simulation.start(rank, skew));
    }

    private static long pause(Simulation simulation, int rank, long millis) {
        simulation.pause(rank, millis * Simulation.MILLISECOND);
        return end(simulation, millis, () -> {});
    }

    private static long cut(Simulation simulation, int rank, boolean in, boolean out) {
        boolean[][] cut = simulation.network.cut;
        for (int r = 0; r < cut.length; r++) {
            cut[r][rank] = in;
            cut[rank][r] = out;
        }
        return end(simulation, 200 + simulation.random.nextInt(800), () -> {
            for (boolean[] row : cut) {
                Arrays.fill(row, false);
            }
        });
    }

    private static void change(Simulation simulation, int rank, long from) {
        LongUnaryOperator before = simulation.placement(rank);
        simulation.place(rank, round -> before.applyAsLong(round) + (round < from ? 0 : 1));
    }

    /** A time at which all ranks have passed a round. */
    private static long endAfterRound(Simulation simulation, long round) {
        long rounds = Math.max(0, round - simulation.newest());
        return end(simulation, 4 * rounds, () -> {});
    }
}
