// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.aeron.logbuffer.FrameDescriptor;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class BoundedAssemblerTest {
    private static final int BEGIN = FrameDescriptor.BEGIN_FRAG_FLAG & 0xFF;
    private static final int END = FrameDescriptor.END_FRAG_FLAG & 0xFF;

    private final List<String> received = new ArrayList<>();
    private final BoundedAssembler assembler = new BoundedAssembler(
            10, 3, (buffer, offset, length) -> received.add(buffer.getStringWithoutLengthAscii(offset, length)));

    private void packet(int session, int flags, String text) {
        UnsafeBuffer buffer = new UnsafeBuffer(new byte[text.length()]);
        buffer.putStringWithoutLengthAscii(0, text);
        assembler.take(session, flags, buffer, 0, text.length());
    }

    @Test
    void messagesOfSeveralSessionsAreAssembled() {
        packet(1, BEGIN, "abc");
        packet(2, BEGIN, "xy");
        packet(7, BEGIN | END, "whole");
        packet(1, 0, "def");
        packet(2, END, "z");
        packet(1, END, "ghij");
        assertEquals(List.of("whole", "xyz", "abcdefghij"), received);
    }

    @Test
    void messagesThatAreTooLongOrNeverBeganAreDropped() {
        packet(1, BEGIN | END, "elevenbytes");
        packet(1, END, "end");
        packet(1, BEGIN, "abcde");
        packet(1, 0, "fghijk");
        packet(1, END, "l");
        packet(1, BEGIN, "next");
        packet(1, END, "one");
        assertEquals(List.of("nextone"), received);
    }

    @Test
    void sessionsAreBoundedAndForgotten() {
        for (int session = 0; session < 3_000; session++) {
            packet(session, BEGIN, "never");
        }
        assertEquals(3, assembler.sessions());
        assembler.forget(1);
        packet(5_000, BEGIN, "a");
        packet(5_000, END, "b");
        packet(6_000, BEGIN, "c");
        packet(6_000, END, "d");
        assertEquals(List.of("ab"), received);
    }
}
