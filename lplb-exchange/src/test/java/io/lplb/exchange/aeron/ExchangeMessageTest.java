// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.exchange.GroupIdentity;
import io.lplb.exchange.aeron.ExchangeMessage.Check;
import java.nio.ByteBuffer;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExchangeMessageTest {
    private static final GroupIdentity GROUP = new GroupIdentity(4, 3, 77, "three experts");

    static UnsafeBuffer counts(GroupIdentity group, int source, long incarnation, long round, int... counts) {
        ByteBuffer message = ExchangeMessage.allocate(ExchangeMessage.countsLength(group.experts()));
        UnsafeBuffer buffer = new UnsafeBuffer(message);
        ExchangeMessage.writeCountsHeader(buffer, source, group, incarnation);
        ExchangeMessage.writeRound(buffer, round, 0);
        ExchangeMessage.writeCounts(buffer, ExchangeMessage.payload(message), 0, group.fingerprint(), counts);
        return buffer;
    }

    static UnsafeBuffer hello(GroupIdentity group, int source, long incarnation, long round, int flags) {
        UnsafeBuffer buffer = new UnsafeBuffer(new byte[ExchangeMessage.helloLength(group)]);
        ExchangeMessage.writeHello(buffer, source, group, incarnation);
        ExchangeMessage.writeRound(buffer, round, flags);
        return buffer;
    }

    @Test
    void whatIsWrittenIsRead() {
        UnsafeBuffer buffer = counts(GROUP, 2, 5, 1L << 40, 7, Integer.MAX_VALUE, 9);
        assertEquals(Check.OK, ExchangeMessage.check(buffer, 0, buffer.capacity(), GROUP));
        assertEquals(ExchangeMessage.COUNTS, ExchangeMessage.type(buffer, 0));
        assertEquals(2, ExchangeMessage.source(buffer, 0));
        assertEquals(5, ExchangeMessage.incarnation(buffer, 0));
        assertEquals(1L << 40, ExchangeMessage.round(buffer, 0));
        assertEquals(77, ExchangeMessage.fingerprint(buffer, 0));
        CountsPayload payload = new CountsPayload(3);
        assertTrue(payload.read(buffer, 0));
        int[] read = new int[4];
        payload.copyTo(read, 1);
        assertArrayEquals(new int[] {0, 7, Integer.MAX_VALUE, 9}, read);
        UnsafeBuffer hello = hello(GROUP, 1, 5, -1, ExchangeMessage.WANTS_ANSWER);
        assertEquals(Check.OK, ExchangeMessage.check(hello, 0, hello.capacity(), GROUP));
        assertEquals("three experts", ExchangeMessage.description(hello, 0, hello.capacity()));
        assertEquals(ExchangeMessage.WANTS_ANSWER, ExchangeMessage.flags(hello, 0));
    }

    /** The layout that the class draws: little-endian, at fixed places. */
    @Test
    void theLayoutIsFixed() {
        UnsafeBuffer buffer = counts(GROUP, 2, 5, 6, 7, 8, 9);
        assertEquals("LPLB", buffer.getStringWithoutLengthAscii(0, 4));
        assertEquals(2, buffer.getByte(4));
        assertEquals(2, buffer.getByte(6));
        assertEquals(2, buffer.getByte(8));
        assertEquals(4, buffer.getByte(12));
        assertEquals(3, buffer.getByte(16));
        assertEquals(5, buffer.getByte(24));
        assertEquals(6, buffer.getByte(32));
        assertEquals(77, buffer.getByte(40));
        assertEquals(24, buffer.getByte(48));
        assertEquals(3, buffer.getByte(56));
        assertEquals(8, buffer.getByte(68));
        assertEquals(76, buffer.capacity());
    }

    @ParameterizedTest(name = "byte {0} becomes {1}: {2}")
    @CsvSource({
        "0, 0, NOT_OURS",
        "4, 9, VERSION",
        "12, 5, RANKS",
        "16, 4, EXPERTS",
        "6, 3, BROKEN",
        "8, 4, BROKEN",
        "11, -1, BROKEN",
        "31, -1, BROKEN",
        "39, -1, BROKEN",
        "56, 2, BROKEN"
    })
    void everyFieldIsChecked(int at, int value, Check expected) {
        UnsafeBuffer buffer = counts(GROUP, 2, 5, 6, 7, 8, 9);
        buffer.putByte(at, (byte) value);
        assertEquals(expected, ExchangeMessage.check(buffer, 0, buffer.capacity(), GROUP));
    }

    @ParameterizedTest(name = "byte {0} becomes {1}")
    @CsvSource({"48, 1", "64, 8", "67, -1"})
    void countsAreCheckedByTheirSumAndSigns(int at, int value) {
        UnsafeBuffer buffer = counts(GROUP, 2, 5, 6, 7, 8, 9);
        buffer.putByte(at, (byte) value);
        assertEquals(Check.OK, ExchangeMessage.check(buffer, 0, buffer.capacity(), GROUP));
        assertFalse(new CountsPayload(3).read(buffer, 0));
    }

    @Test
    void aHelloOfOtherSettingsIsTold() {
        UnsafeBuffer hello = hello(new GroupIdentity(4, 3, 78, "others"), 1, 5, 0, 0);
        assertEquals(Check.FINGERPRINT, ExchangeMessage.check(hello, 0, hello.capacity(), GROUP));
        hello.putByte(64, (byte) 'x');
        assertEquals(Check.BROKEN, ExchangeMessage.check(hello, 0, hello.capacity(), GROUP));
        assertEquals("", ExchangeMessage.description(hello, 0, hello.capacity()));
    }

    @RepeatedTest(value = 50, name = "seed {currentRepetition}")
    void cutAndScrambledMessagesAreNeverRead(RepetitionInfo seed) {
        Random random = new Random(seed.getCurrentRepetition());
        UnsafeBuffer buffer = counts(GROUP, 2, 5, 6, 7, 8, 9);
        int length = random.nextInt(buffer.capacity());
        Check cut = ExchangeMessage.check(buffer, 0, length, GROUP);
        assertEquals(length < ExchangeMessage.HEADER ? Check.NOT_OURS : Check.BROKEN, cut);
        byte[] noise = new byte[200];
        random.nextBytes(noise);
        assertEquals(
                Check.NOT_OURS, ExchangeMessage.check(new UnsafeBuffer(noise), 0, random.nextInt(noise.length), GROUP));
    }
}
