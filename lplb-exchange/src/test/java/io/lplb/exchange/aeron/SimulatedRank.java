// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import io.lplb.exchange.RoundStatus;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/** One process of a rank in a {@link Simulation}: its thread, its bus and the way that it waits. */
final class SimulatedRank implements MessageBus, IdleStrategy {
    private static final long LEAST_IDLE = 20_000;
    private static final long MOST_IDLE = 2_000_000;
    private static final int MOST_POLLED = 8;
    private static final long REOPENS = 400 * Simulation.MILLISECOND;
    private static final long CONNECT = 20_000_000_000L;

    /** Ends the thread of a process that is killed. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }

    private final Simulation simulation;
    private final int rank;
    private final long incarnation;
    private final Deque<byte[]> inbox = new ArrayDeque<>();
    private final Semaphore mayRun = new Semaphore(0);
    private final Semaphore gaveWay = new Semaphore(0);
    private long idle = LEAST_IDLE;
    private long pausedUntil;
    private long openings = 1;
    private long wake;
    private boolean closed;
    private boolean sleeping;
    private boolean killed;
    private boolean ended;

    SimulatedRank(Simulation simulation, int rank, long incarnation) {
        this.simulation = simulation;
        this.rank = rank;
        this.incarnation = incarnation;
    }

    void begin() {
        Thread.ofVirtual().start(this::live);
        wakeAt(simulation.now());
    }

    // The scheduler's side.

    private void wakeAt(long time) {
        long id = ++wake;
        simulation.at(Math.max(time, pausedUntil), () -> run(id));
    }

    private void run(long id) {
        if (id != wake || ended) {
            return;
        }
        if (simulation.now() < pausedUntil) {
            wakeAt(pausedUntil);
            return;
        }
        mayRun.release();
        gaveWay.acquireUninterruptibly();
    }

    void kill() {
        killed = true;
        pausedUntil = 0;
        wakeAt(simulation.now());
    }

    /** Stops the process. After a long stop its bus has been opened anew, as {@link AeronBus} does, and what came before is lost. */
    void pauseUntil(long time) {
        pausedUntil = time;
        if (time - simulation.now() > REOPENS) {
            simulation.at(time, () -> {
                inbox.clear();
                openings++;
                closed = simulation.planted() == PlantedFault.CHANNELS_STAY_CLOSED;
            });
        }
    }

    void receive(byte[] bytes) {
        if (closed) {
            return;
        }
        inbox.add(bytes);
        if (!sleeping && !ended) {
            wakeAt(simulation.now());
        }
    }

    int waiting() {
        return inbox.size();
    }

    // The rank's side.

    private void live() {
        mayRun.acquireUninterruptibly();
        try {
            if (!killed) {
                work();
            }
        } catch (Killed e) {
            // As planned.
        } catch (RuntimeException e) {
            simulation.failures.add("rank " + rank + " has ended: " + e);
        }
        ended = true;
        gaveWay.release();
    }

    private void work() {
        AeronExchange exchange = SimulatedExchange.open(simulation, rank, incarnation, this, this);
        exchange.introduce(CONNECT);
        simulation.began(rank, incarnation);
        int[] all = new int[simulation.group.ranks() * simulation.group.experts()];
        while (true) {
            long round = exchange.nextRound();
            long begun = simulation.now();
            RoundStatus status = exchange.gather(
                    round,
                    simulation.placementOf(rank, round),
                    simulation.counts(rank, incarnation, round),
                    all,
                    Simulation.DEADLINE);
            long plan = simulation.ended(rank, round, begun, status, all, exchange);
            if (status == RoundStatus.COMPLETE) {
                SimulatedExchange.planned(exchange, plan);
            }
            sleeping = true;
            giveWay(simulation.now() + simulation.pace());
            sleeping = false;
        }
    }

    private void giveWay(long until) {
        wakeAt(until);
        gaveWay.release();
        mayRun.acquireUninterruptibly();
        if (killed) {
            throw new Killed();
        }
    }

    @Override
    public void idle(int workCount) {
        idle = workCount > 0 ? LEAST_IDLE : Math.min(2 * idle, MOST_IDLE);
        giveWay(simulation.now() + idle);
    }

    @Override
    public void idle() {
        idle(0);
    }

    @Override
    public void reset() {
        idle = LEAST_IDLE;
    }

    @Override
    public int channels() {
        return 1;
    }

    @Override
    public boolean offer(int channel, DirectBuffer buffer, int length) {
        simulation.send(rank, new UnsafeBuffer(buffer, 0, length));
        return true;
    }

    @Override
    public void awaitRanks(boolean wanted) {
        // Senders are known at once.
    }

    @Override
    public long openings() {
        return openings;
    }

    @Override
    public boolean isLossy(int channel) {
        return true;
    }

    @Override
    public int poll(Receiver receiver) {
        int polled = 0;
        while (!inbox.isEmpty() && polled < MOST_POLLED) {
            byte[] bytes = inbox.remove();
            PlantedFault planted = simulation.planted();
            if (planted != null) {
                bytes = planted.read(simulation, rank, incarnation, bytes);
            }
            receiver.receive(new UnsafeBuffer(bytes), 0, bytes.length);
            polled++;
        }
        return polled;
    }

    @Override
    public String transport() {
        return "simulated " + TimeUnit.NANOSECONDS.toMillis(simulation.now());
    }

    @Override
    public void close() {}
}
