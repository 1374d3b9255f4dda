// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.nccl;

import io.lplb.array.ArrayLength;
import io.lplb.exchange.RoundStatus;
import io.lplb.exchange.WorkloadExchange;
import io.lplb.nccl.FailbackProtocol.Step;
import io.lplb.tornado.cuda.CudaDevice;
import java.util.Objects;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Connection of a source with the others: a communicator of NCCL while there is one, else the transport of the host, and the
 * ways over and back.
 *
 * <pre>
 *   NCCL --deadline, error: the watch aborts--&gt; host: counts, then agreement, in every round --all change--&gt; NCCL
 * </pre>
 *
 * <p>Rounds have numbers, the same for all sources. In the transport of the host, a round n is two, for the counts 2n and for
 * the agreement ({@link FailbackProtocol}) 2n + 1, as for plans that are compared in {@link io.lplb.balance.RankBalancer}. A
 * round that lacks counts has no second part. An eighth of the time of a round is left to it.
 *
 * <p>An attempt begins at source 0's word, the first {@value #FIRST_PAUSE_MILLIS} ms after all were lost, then after twice as
 * long each time until NCCL has worked for a minute: what NCCL keeps of an attempt that never ends is kept until the process
 * ends.
 *
 * <p>Threads: all but {@link #isAlive}, {@link #transport} and what the watch calls belongs to the thread that launches. Rounds
 * allocate nothing but when an attempt begins.
 */
final class NcclLink {
    private static final Logger LOG = LogManager.getLogger(NcclLink.class);
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 60_000;
    private static final long NANOS = 1_000_000;

    /** Mixed into the fingerprint of the counts for the rounds of the agreement. */
    private static final long AGREEMENT = 0x6c706c622d6e32L;

    private static final int CONTROL_SHARE = 8;

    private final NcclGroup group;
    private final CudaDevice device;
    private final GatherProgress progress;
    private final long deadlineNanos;
    private final @Nullable WorkloadExchange host;
    private final @Nullable FailbackProtocol agreement;
    private final boolean[] heard;
    private final boolean[] present;
    private final int[] row;
    private final int[] rows;
    private volatile @Nullable Connection connection;
    private volatile String why = "";
    private @Nullable NcclAttempt attempt;
    private long round;
    private boolean returned;
    private long pauseMillis = FIRST_PAUSE_MILLIS;
    private long notBefore;
    private long connectedAt = System.nanoTime();
    private boolean worked = true;
    private long limitNanos;
    private boolean closed;

    /** A communicator and who watches it. */
    private static final class Connection {
        final NcclCommunicator communicator;
        final GatherWatchdog watch;
        volatile boolean gone;

        Connection(NcclCommunicator communicator, NcclLink link) {
            this.communicator = communicator;
            watch = new GatherWatchdog(
                    communicator, link.progress, link.deadlineNanos, reason -> link.failed(this, reason));
        }
    }

    /**
     * Connects; the device is current.
     *
     * @param id under which the sources meet; null where the others are at work: then the host gathers at first
     */
    NcclLink(NcclGroup group, CudaDevice device, GatherProgress progress, long deadlineNanos, byte @Nullable [] id) {
        this.group = group;
        this.device = device;
        this.progress = progress;
        this.deadlineNanos = deadlineNanos;
        host = group.host();
        int sources = group.sources().sources();
        int places = host == null ? 0 : host.experts();
        agreement = places > FailbackProtocol.HEADER
                ? new FailbackProtocol(sources, group.sources().self(), places)
                : null;
        heard = new boolean[sources];
        present = new boolean[sources];
        row = new int[places];
        rows = new int[ArrayLength.of(sources, "sources", places, "counts")];
        if (id == null) {
            why = "this source has come to a group at work";
        } else {
            Connection first = new Connection(group.connect(device, id), this);
            connection = first;
            first.watch.start();
        }
        round = host == null ? -1 : Math.ceilDiv(host.nextRound(), 2) - 1;
    }

    /** Returns the communicator, between {@link #enter} and {@link #leave}. */
    NcclCommunicator communicator() {
        return Objects.requireNonNull(connection, "a communicator").communicator;
    }

    /** Notes that a call begins to launch a round, which may take so long. */
    void callBegins(long nanos) {
        limitNanos = nanos;
        Connection now = connection;
        if (now != null) {
            now.watch.callBegins(nanos);
        }
    }

    /** Notes that the call has returned. */
    void callEnds() {
        Connection now = connection;
        if (now != null) {
            now.watch.callEnds();
        }
    }

    /** Returns the last round. */
    long round() {
        return round;
    }

    /** Returns the round that comes next, which is further where the others are on the host's transport. */
    long nextRound() {
        WorkloadExchange other = host;
        if (other == null || isAlive()) {
            return round + 1;
        }
        return Math.max(round + 1, Math.ceilDiv(other.nextRound(), 2));
    }

    /** Goes past rounds that others have had. */
    void skipTo(long to) {
        round = Math.max(round, to);
    }

    /**
     * Begins a round; if NCCL gathers in it, keeps an abort away until {@link #leave}. Otherwise, without a need to leave,
     * the host does, or nobody.
     */
    boolean enter(long next) {
        round = next;
        Connection now = connection;
        if (now != null && now.communicator.enter()) {
            return true;
        }
        FailbackProtocol with = agreement;
        if (with == null) {
            return false;
        }
        if (with.changesAt(next)) {
            return change(with);
        }
        if (with.isPast(next)) {
            drop(with, "round " + next + " has come without an agreement");
        }
        return false;
    }

    private boolean change(FailbackProtocol with) {
        Connection next =
                new Connection(Objects.requireNonNull(attempt, "an attempt").take(), this);
        attempt = null;
        with.lost();
        connection = next;
        connectedAt = System.nanoTime();
        worked = true;
        returned = true;
        next.watch.callBegins(limitNanos);
        next.watch.start();
        LOG.info("{}: counts travel over NCCL again from round {} on", group.name(), round);
        return next.communicator.enter();
    }

    /** Lets aborts through. */
    void leave() {
        communicator().leave();
    }

    /** Whether the round that has begun is the first by a new communicator; true once. */
    boolean takeReturn() {
        boolean first = returned;
        returned = false;
        return first;
    }

    /** Returns the largest counter of all sources before the change. */
    int base() {
        return Objects.requireNonNull(agreement, "an agreement").base();
    }

    /** Ends the communicator, as the launching thread has met a failure; the watch does the rest. */
    void failed(String reason) {
        failed(Objects.requireNonNull(connection, "a communicator"), reason);
    }

    private void failed(Connection of, String reason) {
        if (!of.communicator.isDead()) {
            // Before it is dead for others, who ask then why.
            why = "NCCL has ended: " + reason;
        }
        if (of.communicator.condemn()) {
            LOG.warn(
                    "{}: NCCL has ended, as {}. {}",
                    group.name(),
                    reason,
                    host == null
                            ? "Tokens are routed by the last plan from now on."
                            : "Counts travel over " + host.transport() + " from now on"
                                    + (agreement == null
                                            ? "; there is no way back with fewer than " + (FailbackProtocol.HEADER + 1)
                                                    + " experts."
                                            : ", until all sources can connect by NCCL again."));
        }
        if (of.watch.isCurrent()) {
            device.enter();
            try {
                of.communicator.abort();
            } catch (NcclException e) {
                LOG.warn("{}: {}", group.name(), e.getMessage());
            } finally {
                device.leave();
                of.gone = true;
            }
        } else {
            of.watch.expire(reason);
        }
    }

    boolean hasHost() {
        return host != null;
    }

    /** Whether NCCL gathers. */
    boolean isAlive() {
        Connection now = connection;
        return now != null && !now.communicator.isDead();
    }

    /** Returns what was said of the last end of NCCL; empty if there was none. */
    String transport(String nccl) {
        if (isAlive()) {
            return nccl;
        }
        return (host == null ? "nothing: the last plan stays" : host.transport()) + ", as " + why;
    }

    /**
     * Gathers the round's counts by the host's transport, and then what leads back to NCCL.
     *
     * @param counter this source's counter of rounds on the device; the largest of all is {@link #base} after the change
     */
    RoundStatus gatherOnHost(long fingerprint, int[] own, int[] all, long timeoutNanos, int counter) {
        WorkloadExchange by = Objects.requireNonNull(host, "a transport");
        long start = System.nanoTime();
        long first = agreement == null ? timeoutNanos : timeoutNanos - timeoutNanos / CONTROL_SHARE;
        RoundStatus status = by.gather(2 * round, fingerprint, own, all, first);
        for (int s = 0; s < heard.length; s++) {
            heard[s] = by.heard(s);
        }
        if (agreement != null && status != RoundStatus.MISSED) {
            agree(agreement, by, timeoutNanos - (System.nanoTime() - start), counter);
        }
        return status;
    }

    /** Whether the last round of {@link #gatherOnHost} has the counts of a source. */
    boolean heard(int source) {
        return heard[source];
    }

    private void agree(FailbackProtocol with, WorkloadExchange by, long timeoutNanos, int counter) {
        look(with);
        with.write(row, counter);
        by.gather(2 * round + 1, group.hash() ^ AGREEMENT, row, rows, timeoutNanos);
        for (int s = 0; s < present.length; s++) {
            present[s] = by.heard(s);
        }
        Step step = with.read(round, rows, present, System.nanoTime() - notBefore >= 0);
        if (step == Step.CONNECT) {
            attempt = NcclAttempt.begin(group, with.attempt(), group.sources().self() == 0 ? null : with.id());
        } else if (step == Step.DROP) {
            drop(with, "another source has given up or was started anew");
        }
    }

    /** Takes over what other threads have come to. */
    private void look(FailbackProtocol with) {
        NcclAttempt now = attempt;
        switch (with.state()) {
            case BUSY -> {
                Connection old = connection;
                if ((old == null || old.gone) && (now == null || now.isGone())) {
                    attempt = null;
                    pause();
                    with.idle();
                }
            }
            case CONNECTING -> {
                NcclAttempt under = Objects.requireNonNull(now, "an attempt");
                if (under.isDone() && under.failure().isEmpty()) {
                    with.ready();
                } else if (under.isDone()) {
                    LOG.warn("{}: NCCL does not come back yet: {}", group.name(), under.failure());
                    with.lost();
                } else {
                    byte[] id = under.id();
                    if (id != null && group.sources().self() == 0) {
                        with.id(id);
                    }
                }
            }
            default -> {}
        }
    }

    /** Puts off the next attempt, by more each time. */
    private void pause() {
        long now = System.nanoTime();
        if (worked && now - connectedAt > LONGEST_PAUSE_MILLIS * NANOS) {
            pauseMillis = FIRST_PAUSE_MILLIS;
        }
        worked = false;
        notBefore = now + pauseMillis * NANOS;
        pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
    }

    private void drop(FailbackProtocol with, String reason) {
        NcclAttempt now = attempt;
        if (now != null) {
            now.drop();
        }
        LOG.warn("{}: NCCL does not come back yet: {}", group.name(), reason);
        with.lost();
    }

    /** Answers others between rounds. */
    void service() {
        WorkloadExchange by = host;
        if (by != null) {
            by.service();
        }
    }

    /** Leaves the group. Nothing may be launched any more. */
    void close() {
        if (closed) {
            return;
        }
        closed = true;
        NcclAttempt now = attempt;
        if (now != null) {
            now.drop();
        }
        Connection last = connection;
        if (last != null) {
            last.watch.stop();
            device.enter();
            try {
                last.communicator.close();
            } finally {
                device.leave();
            }
        }
    }
}
