// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.lplb.exchange.GroupIdentity;
import io.lplb.exchange.RoundStatement;
import io.lplb.exchange.aeron.IncomingMessage.Check;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExchangeMessageTest {
    private static final GroupIdentity GROUP = new GroupIdentity(4, 3, 77, "three experts");
    private static final GroupKey KEY = GroupKey.parse("0123456789abcdef".repeat(4));
    private static final MessageSeal SEAL = Messages.sealOf(GROUP, KEY);

    private final IncomingMessage incoming = new IncomingMessage(GROUP, Messages.sealOf(GROUP, KEY));

    private static UnsafeBuffer counts(long round, int... counts) {
        RoundStatement said = Messages.statement(GROUP, round);
        said.layer = 9;
        said.view = 21;
        said.planRound = round - 1;
        said.planHash = 22;
        said.heard()[0] = 0b1011;
        said.expected()[0] = 0b1101;
        return Messages.counts(GROUP, SEAL, 2, 5, said, counts);
    }

    private static UnsafeBuffer hello(GroupIdentity group, int flags) {
        return Messages.hello(group, SEAL, 1, 5, -1, flags, 3, 8);
    }

    private Check read(UnsafeBuffer message) {
        return incoming.read(message, 0, message.capacity());
    }

    @Test
    void whatIsWrittenIsRead() {
        assertEquals(Check.OK, read(counts(1L << 40, 7, Integer.MAX_VALUE, 9)));
        assertEquals(false, incoming.isHello());
        assertEquals(2, incoming.source());
        assertEquals(5, incoming.incarnation());
        assertEquals(-5, incoming.nonce());
        RoundStatement said = incoming.statement();
        assertEquals(1L << 40, said.round);
        assertEquals(9, said.layer);
        assertEquals(77, said.fingerprint);
        assertEquals(21, said.view);
        assertEquals((1L << 40) - 1, said.planRound);
        assertEquals(22, said.planHash);
        assertEquals(0b1011, said.heard()[0]);
        assertEquals(0b1101, said.expected()[0]);
        int[] read = new int[4];
        incoming.copyCounts(read, 1);
        assertArrayEquals(new int[] {0, 7, Integer.MAX_VALUE, 9}, read);

        assertEquals(Check.OK, read(hello(GROUP, ExchangeMessage.WANTS_ANSWER)));
        assertEquals("three experts", incoming.description());
        assertEquals(true, incoming.has(ExchangeMessage.WANTS_ANSWER));
        assertEquals(8, incoming.greeted(3));
        assertEquals(-8, incoming.greetedNonce(3));
        assertEquals(0, incoming.greeted(0));
    }

    /** The layout that the class draws: little-endian, at fixed places. */
    @Test
    void theLayoutIsFixed() {
        UnsafeBuffer buffer = counts(6, 7, 8, 9);
        assertEquals("LPLB", buffer.getStringWithoutLengthAscii(0, 4));
        int[][] fields = {
            {4, 3},
            {6, 2},
            {8, 2},
            {12, 4},
            {16, 3},
            {24, 5},
            {32, -5},
            {48, 6},
            {56, 77},
            {64, 9},
            {68, 28},
            {72, 21},
            {80, 5},
            {88, 22},
            {104, 0b1101},
            {112, 0b1011},
            {120, 7},
            {124, 8}
        };
        for (int[] field : fields) {
            assertEquals(field[1], buffer.getByte(field[0]), "byte " + field[0]);
        }
        assertEquals(132, buffer.capacity());
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
        "20, 8, BROKEN",
        "31, -1, BROKEN",
        "31, 127, BROKEN",
        "47, -1, BROKEN",
        "55, -1, BROKEN",
        "55, 64, BROKEN",
        "67, -1, BROKEN",
        "68, 2, BROKEN",
        "87, -1, BROKEN",
        "87, 64, BROKEN",
        "104, 16, BROKEN",
        "112, 16, BROKEN",
        "123, -1, BROKEN"
    })
    void everyFieldIsCheckedThoughTheSealIsRight(int at, int value, Check expected) {
        UnsafeBuffer buffer = counts(6, 7, 8, 9);
        buffer.putByte(at, (byte) value);
        assertEquals(expected, read(Messages.resealed(buffer, SEAL)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everyBitIsUnderTheSeal(boolean keyed) {
        MessageSeal seal = keyed ? SEAL : MessageSeal.checksum();
        IncomingMessage reader = new IncomingMessage(GROUP, seal);
        UnsafeBuffer buffer = Messages.resealed(counts(6, 7, 8, 9), seal);
        assertEquals(Check.OK, reader.read(buffer, 0, buffer.capacity()));
        for (int bit = ExchangeMessage.AT_TYPE * 8; bit < buffer.capacity() * 8; bit++) {
            byte before = buffer.getByte(bit / 8);
            buffer.putByte(bit / 8, (byte) (before ^ 1 << bit % 8));
            assertEquals(Check.SEAL, reader.read(buffer, 0, buffer.capacity()), "bit " + bit);
            buffer.putByte(bit / 8, before);
        }
    }

    @Test
    void anotherKeyIsAnotherSeal() {
        MessageSeal other = Messages.sealOf(GROUP, GroupKey.generate());
        assertEquals(Check.SEAL, read(Messages.resealed(counts(6, 7, 8, 9), other)));
        assertEquals(Check.SEAL, read(Messages.resealed(counts(6, 7, 8, 9), MessageSeal.checksum())));
    }

    @Test
    void aHelloOfOtherSettingsIsTold() {
        assertEquals(Check.SETTINGS, read(hello(new GroupIdentity(4, 3, 78, "others"), 0)));
        assertEquals(78, incoming.settings());
        assertEquals("others", incoming.description());
        assertEquals(Check.RANKS, read(hello(new GroupIdentity(300, 3, 78, "many"), 0)));
        assertEquals("many", incoming.description());
        assertEquals(Check.EXPERTS, read(hello(new GroupIdentity(4, 900, 78, "wide"), 0)));
        assertEquals(900, incoming.experts());
    }

    @Test
    void descriptionsCannotForgeLinesOfALog() {
        String forged = "a\n2026-11-30 WARN \u001b[31mall is lost\u0085\\";
        assertEquals(Check.OK, read(hello(new GroupIdentity(4, 3, 77, forged), 0)));
        assertEquals("a\\u000a2026-11-30 WARN \\u001b[31mall is lost\\u0085\\u005c", incoming.description());
    }

    @RepeatedTest(value = 50, name = "seed {currentRepetition}")
    void cutAndScrambledMessagesAreNeverRead(RepetitionInfo seed) {
        Random random = new Random(seed.getCurrentRepetition());
        UnsafeBuffer buffer = counts(6, 7, 8, 9);
        Check cut = incoming.read(buffer, 0, random.nextInt(buffer.capacity()));
        assertNotEquals(Check.OK, cut);
        byte[] noise = new byte[200];
        random.nextBytes(noise);
        UnsafeBuffer scrambled = new UnsafeBuffer(noise);
        assertEquals(Check.NOT_OURS, incoming.read(scrambled, 0, random.nextInt(noise.length)));
        scrambled.putBytes(0, buffer, 0, ExchangeMessage.AT_TYPE);
        assertNotEquals(Check.OK, incoming.read(scrambled, 0, random.nextInt(noise.length)));
    }
}
