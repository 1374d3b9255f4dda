// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import io.lplb.exchange.GroupIdentity;
import io.lplb.exchange.RoundBoard;
import io.lplb.exchange.RoundStatus;
import io.lplb.exchange.WorkloadExchange;
import io.lplb.exchange.aeron.Peers.Verdict;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.time.Duration;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * The exchange of counts by messages: one COUNTS message per rank and round to all others, laid out in
 * {@link ExchangeMessage}, over Aeron ({@link AeronBus}: shared memory inside a host, UDP between hosts).
 *
 * <pre>
 *   connect   HELLO to all, again and again, until all have said HELLO; another version, number of ranks or experts, or
 *             other settings are refused here, naming both sides' values
 *   gather    COUNTS to all; take what comes until the round is settled or its time is over
 *   a rank started anew says HELLO; the others answer with theirs, and it announces a round ahead of theirs to join in
 * </pre>
 *
 * <p>The calling thread does all the work, and waits by an {@link IdleStrategy}. What to do about missing ranks is
 * {@link RoundBoard}'s business, so here nothing is done about lost messages: a transport that does not repeat them
 * costs rounds.
 *
 * <p>Not thread-safe: one thread at a time uses an exchange. A round allocates nothing.
 */
public final class AeronExchange implements WorkloadExchange {
    private static final Logger LOG = LogManager.getLogger(AeronExchange.class);
    private static final long HELLO_INTERVAL_NANOS = Duration.ofMillis(20).toNanos();
    private static final int MOST_POLLS = 100_000;
    private static final long FIRST_REPEAT_NANOS = Duration.ofMillis(2).toNanos();
    private static final long GRACE_NANOS = Duration.ofSeconds(1).toNanos();

    private final GroupIdentity identity;
    private final int self;
    private final MessageBus bus;
    private final NanoClock clock;
    private final IdleStrategy idle;
    private final Peers peers;
    private final RoundBoard board;
    private final UnsafeBuffer hello;
    private final UnsafeBuffer counts;
    private final IntBuffer countsPayload;
    private final CountsPayload incoming;
    private final boolean[] countsSent;
    private final MessageBus.Receiver receiver = this::receive;
    private boolean joinedLate;
    private boolean answerDue;
    private boolean warned;
    private boolean closed;

    AeronExchange(
            GroupIdentity identity, int self, MessageBus bus, long incarnation, NanoClock clock, IdleStrategy idle) {
        this.identity = identity;
        this.self = self;
        this.bus = bus;
        this.clock = clock;
        this.idle = idle;
        this.peers = new Peers(identity, self, incarnation);
        this.board = new RoundBoard(identity.ranks(), self, identity.experts());
        this.hello = new UnsafeBuffer(new byte[ExchangeMessage.helloLength(identity)]);
        ByteBuffer message = ExchangeMessage.allocate(ExchangeMessage.countsLength(identity.experts()));
        this.counts = new UnsafeBuffer(message);
        this.countsPayload = ExchangeMessage.payload(message);
        this.incoming = new CountsPayload(identity.experts());
        this.countsSent = new boolean[bus.channels()];
        ExchangeMessage.writeHello(hello, self, identity, incarnation);
        ExchangeMessage.writeCountsHeader(counts, self, identity, incarnation);
    }

    /**
     * Connects a rank with its group.
     *
     * @param settings this rank's number, the group and how to reach it
     * @return an exchange; the caller closes it
     * @throws IllegalArgumentException if a rank of the group was started with other settings; names both sides' values
     * @throws IllegalStateException if ranks are missing after the settings' connect timeout and no round is on, the Java
     *     virtual machine lacks an option that Aeron needs, or Aeron cannot be started
     */
    public static AeronExchange connect(ExchangeSettings settings) {
        JvmOptions.require();
        AeronBus bus = AeronBus.open(settings);
        AeronExchange exchange = new AeronExchange(
                settings.identity(),
                settings.self(),
                bus,
                AeronBus.wallClockNanos(),
                System::nanoTime,
                settings.newIdleStrategy());
        try {
            exchange.introduce(settings.connectTimeout().toNanos());
        } catch (RuntimeException e) {
            exchange.close();
            throw e;
        }
        return exchange;
    }

    /** Says HELLO until everybody has, or until a group that works already has had time to. */
    void introduce(long timeoutNanos) {
        long start = clock.nanoTime();
        long lastHello = start - HELLO_INTERVAL_NANOS;
        long foundGroup = Long.MAX_VALUE;
        while (!peers.isComplete()) {
            long now = clock.nanoTime();
            if (now - lastHello >= HELLO_INTERVAL_NANOS) {
                sendHello(ExchangeMessage.WANTS_ANSWER);
                lastHello = now;
            }
            int work = bus.poll(receiver);
            refuse();
            if (board.nextRound() > 0 && foundGroup == Long.MAX_VALUE) {
                foundGroup = now;
            }
            boolean works = foundGroup != Long.MAX_VALUE;
            if (works && now - foundGroup >= GRACE_NANOS) {
                peers.missing().forEach(board::giveUp);
                break;
            }
            if (!works && now - start >= timeoutNanos) {
                throw new IllegalStateException("connect: got no answer from ranks " + peers.missing()
                        + " within " + Duration.ofNanos(timeoutNanos).toMillis() + " ms, expected all "
                        + identity.ranks() + " ranks (" + bus.transport() + ")");
            }
            idle.idle(work);
        }
        refuse();
        joinedLate = board.nextRound() > 0;
        if (joinedLate) {
            sendHello(ExchangeMessage.ANNOUNCES, board.aim());
        } else {
            // Who waits for this rank's HELLO has it now.
            sendHello(0);
        }
    }

    private void refuse() {
        String refusal = peers.refusal();
        if (refusal != null) {
            sendHello(0);
            throw new IllegalArgumentException(refusal);
        }
    }

    private void sendHello(int flags) {
        sendHello(flags, board.current());
    }

    private void sendHello(int flags, long round) {
        answerDue = false;
        ExchangeMessage.writeRound(hello, round, flags | (board.isJoining() ? ExchangeMessage.NOT_IN_STEP : 0));
        for (int c = 0; c < bus.channels(); c++) {
            // A channel without room loses it: it will be asked for again.
            bus.offer(c, hello, hello.capacity());
        }
    }

    private void receive(DirectBuffer buffer, int offset, int length) {
        Verdict verdict = peers.judge(buffer, offset, length);
        if (verdict == Verdict.DROP) {
            return;
        }
        int source = ExchangeMessage.source(buffer, offset);
        if (verdict == Verdict.TAKE_AS_NEW) {
            board.forget(source);
        }
        long round = ExchangeMessage.round(buffer, offset);
        int flags = ExchangeMessage.flags(buffer, offset);
        boolean joining = (flags & ExchangeMessage.NOT_IN_STEP) != 0;
        if (ExchangeMessage.type(buffer, offset) == ExchangeMessage.HELLO) {
            if ((flags & ExchangeMessage.ANNOUNCES) != 0) {
                board.announce(source, round);
            } else {
                board.note(round, joining);
            }
            answerDue |= (flags & ExchangeMessage.WANTS_ANSWER) != 0;
            return;
        }
        if (!incoming.read(buffer, offset)) {
            peers.reject();
            return;
        }
        int at = board.claim(source, round);
        if (at >= 0) {
            incoming.copyTo(board.counts(), at);
            board.commit(
                    source,
                    round,
                    ExchangeMessage.layer(buffer, offset),
                    ExchangeMessage.fingerprint(buffer, offset),
                    joining);
        }
    }

    @Override
    public void start(long round, int layer, long fingerprint, int[] own) {
        requireOpen();
        board.begin(round, layer, fingerprint, own);
        ExchangeMessage.writeRound(counts, round, board.isJoining() ? ExchangeMessage.NOT_IN_STEP : 0);
        ExchangeMessage.writeCounts(counts, countsPayload, layer, fingerprint, own);
        Arrays.fill(countsSent, false);
        sendCounts();
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("gather: got a closed exchange, expected an open one");
        }
    }

    @Override
    public RoundStatus gather(long round, int layer, long fingerprint, int[] own, int[] all, long timeoutNanos) {
        requireOpen();
        board.requireAll(all);
        long start = clock.nanoTime();
        if (!board.isOpen(round)) {
            start(round, layer, fingerprint, own);
        }
        idle.reset();
        long repeat = FIRST_REPEAT_NANOS;
        while (true) {
            boolean sent = sendCounts();
            int work = bus.poll(receiver);
            answer();
            long waited = clock.nanoTime() - start;
            boolean interrupted = Thread.currentThread().isInterrupted();
            if ((sent && board.isSettled()) || waited >= timeoutNanos || interrupted) {
                return board.end(all, interrupted);
            }
            if (waited >= repeat) {
                repeatCounts();
                repeat *= 2;
            }
            idle.idle(work);
        }
    }

    /** Whoever lacks this rank's last packet learns of it by the next one only. */
    private void repeatCounts() {
        for (int c = 0; c < countsSent.length; c++) {
            countsSent[c] &= !bus.isLossy(c);
        }
    }

    private boolean sendCounts() {
        boolean all = true;
        for (int c = 0; c < countsSent.length; c++) {
            countsSent[c] = countsSent[c] || bus.offer(c, counts, counts.capacity());
            all &= countsSent[c];
        }
        return all;
    }

    /** A rank that asks may have missed this round's counts, too. */
    private void answer() {
        if (answerDue) {
            sendHello(0);
            if (board.isOpen()) {
                Arrays.fill(countsSent, false);
            }
        }
        String refusal = peers.refusal();
        if (refusal != null && !warned) {
            warned = true;
            LOG.warn("Rank {} refuses a message. {}", self, refusal);
        }
    }

    @Override
    public void service() {
        if (!closed) {
            bus.poll(receiver);
            answer();
        }
    }

    @Override
    public int ranks() {
        return identity.ranks();
    }

    @Override
    public int self() {
        return self;
    }

    @Override
    public int experts() {
        return identity.experts();
    }

    @Override
    public boolean heard(int rank) {
        return board.heard(rank);
    }

    @Override
    public boolean isAway(int rank) {
        return board.isAway(rank);
    }

    /** Takes what has come first: a rank that was away for long must not aim at a round of its backlog. */
    @Override
    public long nextRound() {
        for (int k = 0; k < MOST_POLLS && !closed && bus.poll(receiver) > 0; k++) {
            // All the work is in the condition.
        }
        return board.nextRound();
    }

    @Override
    public boolean joinedLate() {
        return joinedLate;
    }

    @Override
    public String transport() {
        return bus.transport();
    }

    /** {@return the messages that were thrown away: broken, of another group, or of a process that is no more} */
    public long rejectedMessages() {
        return peers.rejected();
    }

    /** {@return how often a rank was seen to be started anew} */
    public long restartsSeen() {
        return peers.restarts();
    }

    /** Leaves the group; an embedded media driver ends. Closing twice is harmless. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            bus.close();
        }
    }
}
