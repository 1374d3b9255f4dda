// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import io.lplb.exchange.GroupIdentity;
import io.lplb.exchange.RoundBoard;
import io.lplb.exchange.RoundStatus;
import io.lplb.exchange.WorkloadExchange;
import io.lplb.exchange.aeron.IncomingMessage.Check;
import io.lplb.exchange.aeron.Peers.Verdict;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.NanoClock;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

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
    private static final long REJOIN_NANOS = Duration.ofMillis(50).toNanos();
    private static final long REJOIN_HELLO_NANOS = Duration.ofMillis(2).toNanos();
    private static final int MOST_POLLS = 100_000;
    private static final long FIRST_REPEAT_NANOS = Duration.ofMillis(2).toNanos();
    private static final long GRACE_NANOS = Duration.ofSeconds(1).toNanos();

    /** Time for which a rank repeats its HELLO before it leaves a group of other settings. */
    private static final long REFUSAL_NANOS = Duration.ofMillis(500).toNanos();

    private final GroupIdentity identity;
    private final int self;
    private final MessageBus bus;
    private final NanoClock clock;
    private final IdleStrategy idle;
    private final Peers peers;
    private final RoundBoard board;
    private final OutgoingMessage hello;
    private final OutgoingMessage counts;
    private final IncomingMessage incoming;
    private final boolean[] countsSent;
    private final long[] warnedOf;
    private final MessageBus.Receiver receiver = this::receive;
    private long sequence;
    private long openings;
    private long lastKnock;
    private boolean introducing;
    private boolean stamped;
    private boolean joinedLate;
    private boolean rejoined;
    private boolean warned;
    private boolean warnedOfSeal;
    private boolean closed;

    /**
     * An exchange that has not said anything yet.
     *
     * @param incarnation time at which this process was started, above that of this rank's processes before if the clock is
     *     right
     * @param nonces random numbers
     */
    AeronExchange(
            GroupIdentity identity,
            int self,
            MessageBus bus,
            @Nullable GroupKey key,
            long incarnation,
            LongSupplier nonces,
            NanoClock clock,
            IdleStrategy idle) {
        this.identity = identity;
        this.self = self;
        this.bus = bus;
        this.clock = clock;
        this.idle = idle;
        this.peers = new Peers(identity, self, incarnation, nonces, key != null);
        this.board = new RoundBoard(identity.ranks(), self, identity.experts());
        int most = ExchangeMessage.mostBytes(identity);
        MessageSeal seal = key == null ? MessageSeal.checksum() : key.seal(most);
        this.hello = OutgoingMessage.hello(self, identity, seal);
        this.counts = OutgoingMessage.counts(self, identity, seal);
        this.incoming = new IncomingMessage(identity, seal);
        this.countsSent = new boolean[bus.channels()];
        this.warnedOf = new long[identity.ranks()];
        this.openings = bus.openings();
        this.lastKnock = clock.nanoTime() - HELLO_INTERVAL_NANOS;
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
        return connect(settings, InstantSource.system());
    }

    /**
     * Connects a rank with its group, see {@link #connect(ExchangeSettings)}.
     *
     * @param settings as there
     * @param clock by which this process is told from the processes before it of the same rank
     * @return as there
     * @throws IllegalArgumentException as there
     * @throws IllegalStateException as there
     */
    public static AeronExchange connect(ExchangeSettings settings, InstantSource clock) {
        JvmOptions.require();
        SecureRandom random = new SecureRandom();
        AeronBus bus = AeronBus.open(settings);
        AeronExchange exchange = new AeronExchange(
                settings.identity(),
                settings.self(),
                bus,
                settings.key(),
                nanosOf(clock.instant()),
                random::nextLong,
                System::nanoTime,
                settings.newIdleStrategy());
        try {
            exchange.introduce(TimeUnit.NANOSECONDS.convert(settings.connectTimeout()));
        } catch (RuntimeException e) {
            exchange.close();
            throw e;
        }
        return exchange;
    }

    /** Nanoseconds since 1970, of which a process that is started later has more. */
    private static long nanosOf(Instant time) {
        return time.getEpochSecond() * 1_000_000_000L + time.getNano();
    }

    /** Says HELLO until everybody has, or until a group that works already has had time to. */
    void introduce(long timeoutNanos) {
        introducing = true;
        long start = clock.nanoTime();
        long lastHello = start - HELLO_INTERVAL_NANOS;
        long foundGroup = Long.MAX_VALUE;
        while (!peers.isComplete()) {
            long now = clock.nanoTime();
            if (now - lastHello >= HELLO_INTERVAL_NANOS) {
                sendHello(ExchangeMessage.WANTS_ANSWER);
                lastHello = now;
            } else if (peers.takeAnswerDue()) {
                sendHello(0);
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
                        + identity.ranks() + " ranks (" + bus.transport() + ")" + peers.suspicion());
            }
            idle.idle(work);
        }
        refuse();
        introducing = false;
        // The last HELLO below answers all that have come.
        peers.takeAnswerDue();
        board.meet(self, peers.incarnation(self));
        joinedLate = board.nextRound() > 0;
        if (joinedLate) {
            sendHello(ExchangeMessage.ANNOUNCES, board.aim());
        } else {
            // Ranks that wait for this one's HELLO have it now.
            sendHello(0);
        }
    }

    private void refuse() {
        String refusal = peers.refusal();
        if (refusal != null) {
            // The refused rank may open this one's channel a little later, and must learn the reason as well.
            long start = clock.nanoTime();
            for (long said = 0; said <= REFUSAL_NANOS; said += HELLO_INTERVAL_NANOS) {
                sendHello(0);
                while (clock.nanoTime() - start < said) {
                    idle.idle(0);
                }
            }
            throw new IllegalArgumentException(refusal);
        }
    }

    private void sendHello(int flags) {
        sendHello(flags, board.current());
    }

    private void sendHello(int flags, long round) {
        for (int r = 0; r < identity.ranks(); r++) {
            hello.greet(r, peers.heard(r), peers.heardNonce(r));
        }
        hello.round(round, board.fingerprint(), flags | (board.isJoining() ? ExchangeMessage.NOT_IN_STEP : 0));
        stamp(hello);
        for (int c = 0; c < bus.channels(); c++) {
            // A channel without room loses it: it will be asked for again.
            bus.offer(c, hello.buffer(), hello.buffer().capacity());
        }
    }

    private void stamp(OutgoingMessage message) {
        sequence++;
        message.stamp(peers.incarnation(self), peers.ownNonce(), sequence);
    }

    /** Checks all of a message before anything is changed by it. */
    private void receive(DirectBuffer buffer, int offset, int length) {
        Check check = incoming.read(buffer, offset, length);
        if (introducing && peers.outbid(check, incoming)) {
            sendHello(ExchangeMessage.WANTS_ANSWER);
        }
        Verdict verdict = peers.judge(check, incoming);
        if (verdict == Verdict.DROP) {
            return;
        }
        int source = incoming.source();
        if (verdict == Verdict.TAKE_AS_NEW) {
            board.meet(source, peers.incarnation(source));
        }
        if (incoming.isHello()) {
            hear(source);
            return;
        }
        int at = board.claim(source, incoming.round());
        if (at >= 0) {
            incoming.copyCounts(board.counts(), at);
            board.commit(source, incoming.statement());
        }
    }

    private void hear(int source) {
        long round = incoming.round();
        board.hear(source);
        if (!board.isPlausible(source, round)) {
            return;
        }
        if (incoming.has(ExchangeMessage.ANNOUNCES)) {
            board.announce(source, round);
        } else if (board.current() < 0) {
            // Ranks at work know each other's rounds by their counts.
            board.note(source, round, incoming.fingerprint(), incoming.has(ExchangeMessage.NOT_IN_STEP));
        }
    }

    @Override
    public void start(long round, int layer, long fingerprint, int[] own) {
        requireOpen();
        counts.round(board.begin(round, layer, fingerprint, own), own);
        stamped = false;
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
                RoundStatus status = board.end(all, interrupted);
                if (status != RoundStatus.COMPLETE) {
                    warnOfForeign();
                }
                bus.awaitRanks(board.absent() > 0);
                warnOfOpening();
                return status;
            }
            if (waited >= repeat) {
                repeatCounts();
                repeat *= 2;
            }
            idle.idle(work);
        }
    }

    /** Not before the round that this rank has come back for: to write a line can take as long as some rounds. */
    private void warnOfOpening() {
        if (rejoined) {
            rejoined = false;
            LOG.warn(
                    "Rank {}: Aeron's channels were opened anew, after a pause, lost packets or an end of its client",
                    self);
        }
    }

    /** A rank that lacks this one's last packet learns of it by the next one only. */
    private void repeatCounts() {
        for (int c = 0; c < countsSent.length; c++) {
            countsSent[c] &= !bus.isLossy(c);
        }
        stamped = false;
    }

    private boolean sendCounts() {
        boolean all = true;
        for (int c = 0; c < countsSent.length; c++) {
            if (!countsSent[c]) {
                if (!stamped) {
                    stamped = true;
                    stamp(counts);
                }
                countsSent[c] = bus.offer(c, counts.buffer(), counts.buffer().capacity());
                all &= countsSent[c];
            }
        }
        return all;
    }

    private void answer() {
        if (peers.takeAnswerDue()) {
            sendHello(0);
            if (board.isOpen()) {
                // A rank that asks may have missed this round's counts, too.
                Arrays.fill(countsSent, false);
                stamped = false;
            }
        }
        if (peers.takeKnockDue()) {
            long now = clock.nanoTime();
            if (now - lastKnock >= HELLO_INTERVAL_NANOS) {
                lastKnock = now;
                sendHello(ExchangeMessage.WANTS_ANSWER);
            }
        }
        warn();
    }

    private void warn() {
        String refusal = peers.refusal();
        if (refusal != null && !warned) {
            warned = true;
            LOG.warn("Rank {} refuses a message. {}", self, refusal);
        }
        int rank = peers.takeOlderRank();
        if (rank >= 0) {
            LOG.warn(
                    "Rank {} drops messages of an older process of rank {}: the newest one that it has heard is {}. A"
                            + " rank that is started anew gets a newer number by itself.",
                    self,
                    rank,
                    peers.incarnation(rank));
        }
        if (peers.forged() > 0 && !warnedOfSeal) {
            warnedOfSeal = true;
            LOG.warn(
                    "Rank {} drops messages with a wrong seal: a rank with another group key, damage, or an attack.",
                    self);
        }
    }

    /** Names ranks whose counts are for another placement or layer, each difference once. */
    private void warnOfForeign() {
        for (int r = 0; r < warnedOf.length; r++) {
            if (board.isForeign(r)) {
                long theirs = board.fingerprintOf(r);
                long difference = theirs ^ Long.rotateLeft(board.fingerprint(), 1);
                if (warnedOf[r] != difference) {
                    warnedOf[r] = difference;
                    LOG.warn(
                            "Round {}: counts of rank {} are left out, as they are for another layer or placement: got"
                                    + " {}, expected {} as rank {} has. All ranks must place by the same history in the"
                                    + " same round.",
                            board.current(),
                            r,
                            Long.toHexString(theirs),
                            Long.toHexString(board.fingerprint()),
                            self);
                }
            }
        }
    }

    @Override
    public boolean isAway(int rank) {
        return board.isAway(rank);
    }

    /** Returns the incarnation of the process that is taken for a rank, 0 if none is. */
    long process(int rank) {
        return peers.incarnation(rank);
    }

    @Override
    public void planned(long hash) {
        board.planned(hash);
    }

    @Override
    public int differingRank() {
        return board.differingRank();
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

    /** Takes what has come first: a rank that was away for long must not aim at a round of its backlog. */
    @Override
    public long nextRound() {
        for (int k = 0; k < MOST_POLLS && !closed && bus.poll(receiver) > 0; k++) {
            // All the work is in the condition.
        }
        if (!closed && bus.openings() != openings) {
            openings = bus.openings();
            rejoin();
        }
        return board.nextRound();
    }

    /**
     * Waits a moment, after the channels were opened anew, until this rank and the others hear each other again. So it does not go on
     * alone, and its next counts reach all of them.
     */
    private void rejoin() {
        board.loseTouch();
        bus.awaitRanks(true);
        long start = clock.nanoTime();
        long now = start;
        long nextHello = start;
        idle.reset();
        while (!board.isInTouch()
                && now - start < REJOIN_NANOS
                && !Thread.currentThread().isInterrupted()) {
            if (now >= nextHello) {
                nextHello = now + REJOIN_HELLO_NANOS;
                sendHello(ExchangeMessage.WANTS_ANSWER);
            }
            int work = bus.poll(receiver);
            answer();
            idle.idle(work);
            now = clock.nanoTime();
        }
        rejoined = true;
    }

    @Override
    public boolean joinedLate() {
        return joinedLate;
    }

    @Override
    public String transport() {
        return bus.transport();
    }

    /** {@return the messages that were dropped: forged, replayed, broken, of another group, or of a process that is no more} */
    public long rejectedMessages() {
        return peers.rejected();
    }

    /** {@return the messages among them that were not sealed with the group's key, or were damaged} */
    public long forgedMessages() {
        return peers.forged();
    }

    /** {@return the messages among them that had been taken before} */
    public long replayedMessages() {
        return peers.replayed();
    }

    /** {@return the messages among them of processes that were followed by a newer one of their rank} */
    public long olderMessages() {
        return peers.older();
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
