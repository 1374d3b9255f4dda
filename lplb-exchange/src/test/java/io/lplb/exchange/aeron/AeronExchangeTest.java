// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.exchange.GroupIdentity;
import io.lplb.exchange.RoundBoard;
import io.lplb.exchange.RoundStatus;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** One rank of three on a bus that the test fills, by a clock that the test moves: one millisecond for each idle step. */
class AeronExchangeTest {
    private static final GroupIdentity GROUP = new GroupIdentity(3, 2, 77, "two experts");
    private static final long SECOND = 1_000_000_000L;
    private static final long MILLISECOND = 1_000_000L;

    private final Deque<UnsafeBuffer> incoming = new ArrayDeque<>();
    private final List<UnsafeBuffer> sent = new ArrayList<>();
    private final Deque<Runnable> later = new ArrayDeque<>();
    private final int[] all = new int[6];
    private long now;
    private boolean blocked;
    private boolean lossy;
    private long outbidBy;
    private long processOfTwo = 1_002;

    private final MessageSeal seal = MessageSeal.checksum();
    private final AeronExchange exchange = exchange(null, 1_000);

    /** An exchange of rank 0; a process with incarnation {@code n} has the nonce {@code -n}. */
    private AeronExchange exchange(@Nullable GroupKey key, long incarnation) {
        return new AeronExchange(
                GROUP, 0, new TestBus(), key, incarnation, () -> -nonceOf(incarnation), () -> now, new Steps());
    }

    /** The first nonce is that of the incarnation, later ones are that of what {@link #outbidBy} says. */
    private long nonceOf(long incarnation) {
        long process = outbidBy == 0 ? incarnation : outbidBy;
        return process;
    }

    private final class TestBus implements MessageBus {
        @Override
        public int channels() {
            return 1;
        }

        @Override
        public boolean offer(int channel, DirectBuffer buffer, int length) {
            if (blocked) {
                return false;
            }
            byte[] copy = new byte[length];
            buffer.getBytes(0, copy);
            sent.add(new UnsafeBuffer(copy));
            return true;
        }

        @Override
        public void awaitRanks(boolean wanted) {
            // All are known.
        }

        @Override
        public long openings() {
            return 1;
        }

        @Override
        public boolean isLossy(int channel) {
            return lossy;
        }

        @Override
        public int poll(Receiver receiver) {
            int messages = 0;
            while (!incoming.isEmpty()) {
                UnsafeBuffer message = incoming.remove();
                receiver.receive(message, 0, message.capacity());
                messages++;
            }
            return messages;
        }

        @Override
        public String transport() {
            return "a test";
        }

        @Override
        public void close() {}
    }

    /** Every idle step moves the clock and lets the next thing happen. */
    private final class Steps implements IdleStrategy {
        @Override
        public void idle(int workCount) {
            idle();
        }

        @Override
        public void idle() {
            now += MILLISECOND;
            if (!later.isEmpty()) {
                later.remove().run();
            }
        }

        @Override
        public void reset() {}
    }

    private void hello(int rank, long incarnation, long round, int flags) {
        incoming.add(Messages.hello(GROUP, seal, rank, incarnation, round, flags, 0, 1_000));
    }

    private void counts(int rank, long incarnation, long round) {
        incoming.add(countsOf(rank, incarnation, round));
    }

    private UnsafeBuffer countsOf(int rank, long incarnation, long round) {
        long[] processes = {1_000, rank == 1 ? incarnation : 1_001, processOfTwo};
        return Messages.counts(
                GROUP, seal, rank, incarnation, Messages.statement(GROUP, round, processes), (int) round, rank);
    }

    private RoundStatus gather(long round) {
        return exchange.gather(round, 77, new int[] {(int) round, 0}, all, SECOND);
    }

    private void introduced() {
        hello(1, 1_001, -1, ExchangeMessage.NOT_IN_STEP);
        hello(2, 1_002, -1, ExchangeMessage.NOT_IN_STEP);
        exchange.introduce(SECOND);
    }

    private static int typeOf(UnsafeBuffer message) {
        return message.getShort(ExchangeMessage.AT_TYPE);
    }

    private static int flagsOf(UnsafeBuffer message) {
        return message.getInt(ExchangeMessage.AT_FLAGS);
    }

    private static String messageOf(RuntimeException e) {
        return String.valueOf(e.getMessage());
    }

    @Test
    void connectsWhenAllHaveSaidHello() {
        later.add(() -> hello(2, 1_002, -1, ExchangeMessage.NOT_IN_STEP));
        later.add(() -> hello(1, 1_001, -1, ExchangeMessage.NOT_IN_STEP));
        exchange.introduce(SECOND);
        assertEquals(ExchangeMessage.HELLO, typeOf(sent.get(0)));
        assertEquals(ExchangeMessage.WANTS_ANSWER, flagsOf(sent.get(0)) & 2);
        assertEquals(0, exchange.nextRound());
        assertTrue(now < SECOND);
    }

    @Test
    void whoDoesNotAnswerIsNamed() {
        hello(1, 1_001, -1, ExchangeMessage.NOT_IN_STEP);
        String message = messageOf(assertThrows(IllegalStateException.class, () -> exchange.introduce(SECOND)));
        assertEquals("connect: got no answer from ranks [2] within 1000 ms, expected all 3 ranks (a test)", message);
        assertEquals(SECOND, (double) now, 2 * MILLISECOND);
    }

    @Test
    void aRunningGroupIsJoinedAheadOfItsRoundWithoutTheDead() {
        hello(1, 1_001, 500, 0);
        exchange.introduce(60 * SECOND);
        assertTrue(now < 2 * SECOND, "it does not wait for the dead rank 2 for long");
        assertEquals(502, exchange.nextRound());
        UnsafeBuffer last = sent.get(sent.size() - 1);
        assertEquals(502, last.getLong(ExchangeMessage.AT_ROUND));
        assertEquals(ExchangeMessage.ANNOUNCES, flagsOf(last) & ExchangeMessage.ANNOUNCES);
        counts(1, 1_001, 502);
        assertEquals(RoundStatus.PARTIAL, gather(502));
        assertFalse(exchange.heard(2));
    }

    @Test
    void otherSettingsAreRefusedNamingBothSides() {
        GroupIdentity other = new GroupIdentity(3, 2, 78, "two other experts");
        incoming.add(Messages.hello(other, seal, 1, 1_001, -1, 0, 0, 1_000));
        String message = messageOf(assertThrows(IllegalArgumentException.class, () -> exchange.introduce(SECOND)));
        assertEquals("rank 1: got settings 4e (two other experts), expected 4d as rank 0 has (two experts)", message);
    }

    @Test
    void otherNumbersOfRanksAndExpertsAreRefusedNamingBothSides() {
        incoming.add(Messages.hello(new GroupIdentity(4, 2, 77, "four"), seal, 3, 1_001, -1, 0, 0, 1_000));
        assertEquals(
                "rank 3: got 4 ranks (four), expected 3 as rank 0 has (two experts)",
                messageOf(assertThrows(IllegalArgumentException.class, () -> exchange.introduce(SECOND))));
        AeronExchange another = exchange(null, 1);
        incoming.add(Messages.hello(new GroupIdentity(3, 9, 77, "nine"), seal, 1, 1_001, -1, 0, 0, 1_000));
        assertEquals(
                "rank 1: got 9 experts (nine), expected 2 as rank 0 has (two experts)",
                messageOf(assertThrows(IllegalArgumentException.class, () -> another.introduce(SECOND))));
    }

    @Test
    void anotherVersionIsRefusedNamingBothSides() {
        UnsafeBuffer hello = Messages.hello(GROUP, seal, 1, 1_001, -1, 0, 0, 1_000);
        hello.putByte(4, (byte) 1);
        incoming.add(hello);
        assertEquals(
                "rank 1: got exchange version 1, expected 3 as rank 0 has",
                messageOf(assertThrows(IllegalArgumentException.class, () -> exchange.introduce(SECOND))));
    }

    @Test
    void aSecondProcessOfThisRankIsRefused() {
        hello(0, 1_003, -1, 0);
        assertEquals(
                "rank 0: got another process of this rank in the group, expected this one only",
                messageOf(assertThrows(IllegalArgumentException.class, () -> exchange.introduce(SECOND))));
    }

    @Test
    void roundsGatherWhatComesInTime() {
        introduced();
        counts(2, 1_002, 0);
        later.add(() -> counts(1, 1_001, 0));
        assertEquals(RoundStatus.COMPLETE, gather(0));
        assertArrayEquals(new int[] {0, 0, 0, 1, 0, 2}, all);
        counts(1, 1_001, 1);
        long start = now;
        assertEquals(RoundStatus.MISSED, gather(1));
        assertEquals(SECOND, (double) (now - start), 2 * MILLISECOND);
        start = now;
        counts(1, 1_001, 2);
        assertEquals(RoundStatus.PARTIAL, gather(2));
        assertEquals(start, now, "nobody waits for the absent rank 2");
        assertEquals(0, exchange.rejectedMessages());
    }

    @Test
    void aLostHelloIsMadeUpForByCountsSentAgain() {
        introduced();
        later.add(() -> {});
        later.add(() -> hello(2, 1_002, -1, ExchangeMessage.NOT_IN_STEP | ExchangeMessage.WANTS_ANSWER));
        later.add(() -> {
            counts(1, 1_001, 0);
            counts(2, 1_002, 0);
        });
        sent.clear();
        assertEquals(RoundStatus.COMPLETE, gather(0));
        List<Integer> types = sent.stream().map(message -> typeOf(message)).toList();
        assertEquals(List.of(ExchangeMessage.COUNTS, ExchangeMessage.HELLO, ExchangeMessage.COUNTS), types);
    }

    /** After 2, 4, 8, ... 512 milliseconds of a second. */
    @Test
    void countsAreRepeatedWhereTheyMayBeLost() {
        introduced();
        sent.clear();
        assertEquals(RoundStatus.MISSED, gather(0));
        assertEquals(1, sent.size());
        lossy = true;
        sent.clear();
        later.add(() -> hello(1, 1_001, 0, 0));
        counts(1, 1_001, 1);
        counts(2, 1_002, 1);
        assertEquals(RoundStatus.PARTIAL, gather(1), "this rank had not waited for them");
        assertTrue(exchange.heard(1) && exchange.heard(2));
        assertEquals(1, sent.size());
        assertEquals(RoundStatus.MISSED, gather(2));
        assertEquals(1 + 10, sent.size());
    }

    @Test
    void aBlockedChannelIsTriedAgainUntilTheDeadline() {
        introduced();
        sent.clear();
        blocked = true;
        counts(1, 1_001, 0);
        counts(2, 1_002, 0);
        later.add(() -> blocked = false);
        assertEquals(RoundStatus.COMPLETE, gather(0));
        assertEquals(1, sent.size());
        blocked = true;
        counts(1, 1_001, 1);
        counts(2, 1_002, 1);
        assertEquals(RoundStatus.COMPLETE, gather(1), "this rank has all counts, whoever has its own");
        assertEquals(1, sent.size());
    }

    @Test
    void aRankStartedAnewIsSeenAndItsFormerProcessIgnored() {
        introduced();
        counts(1, 1_001, 0);
        counts(2, 1_002, 0);
        assertEquals(RoundStatus.COMPLETE, gather(0));
        hello(2, 5_000, -1, ExchangeMessage.NOT_IN_STEP | ExchangeMessage.WANTS_ANSWER);
        counts(1, 1_001, 1);
        sent.clear();
        assertEquals(RoundStatus.MISSED, gather(1), "this rank has said that it waits for rank 2");
        assertEquals(1, exchange.restartsSeen());
        counts(2, 1_002, 2);
        counts(1, 1_001, 2);
        assertEquals(RoundStatus.PARTIAL, gather(2));
        assertEquals(1, exchange.rejectedMessages());
        processOfTwo = 5_000;
        for (int round = 3; round < 5; round++) {
            counts(2, 5_000, round);
            counts(1, 1_001, round);
            assertEquals(round == 3 ? RoundStatus.PARTIAL : RoundStatus.COMPLETE, gather(round));
            assertTrue(exchange.heard(2));
        }
    }

    @Test
    void betweenRoundsNewcomersAreAnswered() {
        introduced();
        sent.clear();
        hello(1, 2_000, -1, ExchangeMessage.WANTS_ANSWER);
        exchange.service();
        assertEquals(1, sent.size());
        assertEquals(ExchangeMessage.HELLO, typeOf(sent.get(0)));
    }

    @Test
    void brokenMessagesAreCountedAndForeignOnesDoNotStopAGroupThatWorks() {
        introduced();
        UnsafeBuffer broken = countsOf(1, 1_001, 0);
        broken.putInt(broken.capacity() - 4, 1_000_000);
        incoming.add(broken);
        incoming.add(new UnsafeBuffer(new byte[10]));
        incoming.add(Messages.hello(new GroupIdentity(3, 2, 5, "strangers"), seal, 1, 9_000, -1, 2, 0, 1_000));
        counts(1, 1_001, 0);
        counts(2, 1_002, 0);
        assertEquals(RoundStatus.COMPLETE, gather(0));
        assertEquals(3, exchange.rejectedMessages());
    }

    @Test
    void roundsCarryTheirLayer() {
        introduced();
        assertEquals(5, exchange.nextRound(8, 5));
        assertThrows(IllegalArgumentException.class, () -> exchange.nextRound(8, 8));
        counts(1, 1_001, 5);
        UnsafeBuffer other = countsOf(2, 1_002, 5);
        other.putInt(ExchangeMessage.AT_LAYER, 4);
        incoming.add(Messages.resealed(other, seal));
        sent.clear();
        assertEquals(RoundStatus.MISSED, exchange.gather(5, 5, 77, new int[2], all, SECOND));
        assertEquals(5, sent.get(0).getInt(ExchangeMessage.AT_LAYER));
        assertFalse(exchange.heard(1), "its counts are for layer 0");
        assertFalse(exchange.heard(2));
        assertEquals(13, exchange.nextRound(8, 5));
        assertThrows(IllegalArgumentException.class, () -> exchange.gather(6, -1, 77, new int[2], all, SECOND));
    }

    @Test
    void aMessageThatIsNoneChangesNothing() {
        introduced();
        long[] rounds = {Long.MAX_VALUE, Long.MIN_VALUE, -1, RoundBoard.LAST_ROUND + 1};
        for (long round : rounds) {
            UnsafeBuffer forged = countsOf(1, 1L << 61, 0);
            forged.putLong(ExchangeMessage.AT_ROUND, round);
            incoming.add(Messages.resealed(forged, seal));
        }
        UnsafeBuffer negative = countsOf(1, 1L << 61, 0);
        negative.putInt(negative.capacity() - 4, -1);
        incoming.add(Messages.resealed(negative, seal));
        incoming.add(countsOf(1, 1L << 61, 0));
        counts(1, 1_001, 0);
        counts(2, 1_002, 0);
        assertEquals(RoundStatus.COMPLETE, gather(0));
        assertArrayEquals(new int[] {0, 0, 0, 1, 0, 2}, all);
        assertEquals(0, exchange.restartsSeen());
        assertEquals(1, exchange.nextRound());
    }

    @Test
    void roundsFarAheadAreNotFollowed() {
        introduced();
        counts(1, 1_001, 0);
        counts(2, 1_002, 0);
        assertEquals(RoundStatus.COMPLETE, gather(0));
        counts(1, 1_001, 1L << 60);
        hello(2, 1_002, 1L << 59, 0);
        assertEquals(1, exchange.nextRound());
    }

    @Test
    void messagesCountOnce() {
        introduced();
        UnsafeBuffer first = countsOf(1, 1_001, 0);
        UnsafeBuffer second = countsOf(1, 1_001, 1);
        counts(2, 1_002, 0);
        incoming.addAll(List.of(second, first, first, second));
        assertEquals(RoundStatus.MISSED, gather(0), "a rank's rounds rise: round 0 has come after round 1");
        assertEquals(2, exchange.replayedMessages());
        for (int n = 0; n < Peers.WINDOW; n++) {
            counts(1, 1_001, 1);
        }
        incoming.add(first);
        exchange.service();
        assertEquals(3, exchange.replayedMessages(), "it is below the window");
    }

    @Test
    void recordsOfAnEarlierGroupAreNotBelieved() {
        incoming.add(Messages.hello(GROUP, seal, 1, 900, 70, 0, 0, 800));
        counts(1, 900, 71);
        hello(2, 1_002, -1, ExchangeMessage.NOT_IN_STEP);
        later.add(() -> hello(1, 1_001, -1, ExchangeMessage.NOT_IN_STEP));
        exchange.introduce(SECOND);
        assertEquals(0, exchange.nextRound());
        assertEquals(0, exchange.restartsSeen());
    }

    @Test
    void aProcessWithAnOlderClockTakesTheNextNumber() {
        outbidBy = 2_001;
        incoming.add(Messages.hello(GROUP, seal, 1, 1_001, -1, 0, 0, 2_000));
        later.add(() -> incoming.add(Messages.hello(GROUP, seal, 1, 1_001, -1, 0, 0, 2_001)));
        later.add(() -> incoming.add(Messages.hello(GROUP, seal, 2, 1_002, -1, 0, 0, 2_001)));
        exchange.introduce(SECOND);
        assertEquals(2_001, sent.get(sent.size() - 1).getLong(ExchangeMessage.AT_INCARNATION));
    }

    @Test
    void messagesOfAnotherKeyAreCountedAndExplainMissingRanks() {
        AeronExchange keyed = exchange(GroupKey.generate(), 1_000);
        hello(1, 1_001, -1, 0);
        hello(2, 1_002, -1, 0);
        String message = messageOf(assertThrows(IllegalStateException.class, () -> keyed.introduce(SECOND)));
        assertEquals(
                "connect: got no answer from ranks [1, 2] within 1000 ms, expected all 3 ranks (a test); 2 messages"
                        + " had a wrong seal: another group key?",
                message);
        assertEquals(2, keyed.forgedMessages());
    }

    @Test
    void aClosedExchangeIsNotUsed() {
        exchange.close();
        exchange.close();
        exchange.service();
        assertThrows(IllegalStateException.class, () -> gather(0));
        assertEquals(3, exchange.ranks());
        assertEquals(0, exchange.self());
        assertEquals(2, exchange.experts());
        assertEquals("a test", exchange.transport());
    }
}
