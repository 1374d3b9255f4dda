// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.exchange.GroupIdentity;
import io.lplb.exchange.RoundStatus;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;
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

    private final AeronExchange exchange = new AeronExchange(GROUP, 0, new TestBus(), 1_000, () -> now, new Steps());

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
        incoming.add(ExchangeMessageTest.hello(GROUP, rank, incarnation, round, flags));
    }

    private void counts(int rank, long incarnation, long round) {
        incoming.add(ExchangeMessageTest.counts(GROUP, rank, incarnation, round, (int) round, rank));
    }

    private RoundStatus gather(long round) {
        return exchange.gather(round, 77, new int[] {(int) round, 0}, all, SECOND);
    }

    private void introduced() {
        hello(1, 1_001, -1, ExchangeMessage.NOT_IN_STEP);
        hello(2, 1_002, -1, ExchangeMessage.NOT_IN_STEP);
        exchange.introduce(SECOND);
    }

    private static String messageOf(RuntimeException e) {
        return String.valueOf(e.getMessage());
    }

    @Test
    void connectsWhenAllHaveSaidHello() {
        later.add(() -> hello(2, 1_002, -1, ExchangeMessage.NOT_IN_STEP));
        later.add(() -> hello(1, 1_001, -1, ExchangeMessage.NOT_IN_STEP));
        exchange.introduce(SECOND);
        assertEquals(ExchangeMessage.HELLO, ExchangeMessage.type(sent.get(0), 0));
        assertEquals(ExchangeMessage.WANTS_ANSWER, ExchangeMessage.flags(sent.get(0), 0) & 2);
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
        assertEquals(504, exchange.nextRound());
        UnsafeBuffer last = sent.get(sent.size() - 1);
        assertEquals(504, ExchangeMessage.round(last, 0));
        assertEquals(ExchangeMessage.ANNOUNCES, ExchangeMessage.flags(last, 0) & ExchangeMessage.ANNOUNCES);
        counts(1, 1_001, 504);
        assertEquals(RoundStatus.PARTIAL, gather(504));
        assertFalse(exchange.heard(2));
    }

    @Test
    void otherSettingsAreRefusedNamingBothSides() {
        GroupIdentity other = new GroupIdentity(3, 2, 78, "two other experts");
        incoming.add(ExchangeMessageTest.hello(other, 1, 1_001, -1, 0));
        String message = messageOf(assertThrows(IllegalArgumentException.class, () -> exchange.introduce(SECOND)));
        assertEquals("rank 1: got settings 4e (two other experts), expected 4d as rank 0 has (two experts)", message);
    }

    @Test
    void otherNumbersOfRanksAndExpertsAreRefusedNamingBothSides() {
        incoming.add(ExchangeMessageTest.hello(new GroupIdentity(4, 2, 77, "four"), 3, 1_001, -1, 0));
        assertEquals(
                "rank 3: got 4 ranks (four), expected 3 as rank 0 has (two experts)",
                messageOf(assertThrows(IllegalArgumentException.class, () -> exchange.introduce(SECOND))));
        AeronExchange another = new AeronExchange(GROUP, 0, new TestBus(), 1, () -> now, new Steps());
        incoming.add(ExchangeMessageTest.hello(new GroupIdentity(3, 9, 77, "nine"), 1, 1_001, -1, 0));
        assertEquals(
                "rank 1: got 9 experts (nine), expected 2 as rank 0 has (two experts)",
                messageOf(assertThrows(IllegalArgumentException.class, () -> another.introduce(SECOND))));
    }

    @Test
    void anotherVersionIsRefusedNamingBothSides() {
        UnsafeBuffer hello = ExchangeMessageTest.hello(GROUP, 1, 1_001, -1, 0);
        hello.putByte(4, (byte) 1);
        incoming.add(hello);
        assertEquals(
                "rank 1: got exchange version 1, expected 2 as rank 0 has",
                messageOf(assertThrows(IllegalArgumentException.class, () -> exchange.introduce(SECOND))));
    }

    @Test
    void aSecondProcessOfThisRankIsRefused() {
        hello(0, 999, -1, 0);
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
        List<Integer> types =
                sent.stream().map(message -> ExchangeMessage.type(message, 0)).toList();
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
        assertEquals(RoundStatus.COMPLETE, gather(1));
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
        assertEquals(RoundStatus.PARTIAL, gather(1));
        assertEquals(1, exchange.restartsSeen());
        counts(2, 1_002, 2);
        counts(1, 1_001, 2);
        assertEquals(RoundStatus.PARTIAL, gather(2));
        assertEquals(1, exchange.rejectedMessages());
        counts(2, 5_000, 3);
        counts(1, 1_001, 3);
        assertEquals(RoundStatus.COMPLETE, gather(3));
    }

    @Test
    void betweenRoundsNewcomersAreAnswered() {
        introduced();
        sent.clear();
        hello(1, 2_000, -1, ExchangeMessage.WANTS_ANSWER);
        exchange.service();
        assertEquals(1, sent.size());
        assertEquals(ExchangeMessage.HELLO, ExchangeMessage.type(sent.get(0), 0));
    }

    @Test
    void brokenMessagesAreCountedAndForeignOnesDoNotStopAGroupThatWorks() {
        introduced();
        UnsafeBuffer broken = ExchangeMessageTest.counts(GROUP, 1, 1_001, 0, 5, 6);
        broken.putInt(64, 1_000_000);
        incoming.add(broken);
        incoming.add(new UnsafeBuffer(new byte[10]));
        incoming.add(ExchangeMessageTest.hello(new GroupIdentity(3, 2, 5, "strangers"), 1, 9_000, -1, 2));
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
        UnsafeBuffer other = ExchangeMessageTest.counts(GROUP, 2, 1_002, 5, 5, 2);
        other.putInt(60, 4);
        incoming.add(other);
        sent.clear();
        assertEquals(RoundStatus.MISSED, exchange.gather(5, 5, 77, new int[2], all, SECOND));
        assertEquals(5, ExchangeMessage.layer(sent.get(0), 0));
        assertFalse(exchange.heard(1), "its counts are for layer 0");
        assertFalse(exchange.heard(2));
        assertEquals(13, exchange.nextRound(8, 5));
        assertThrows(IllegalArgumentException.class, () -> exchange.gather(6, -1, 77, new int[2], all, SECOND));
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
