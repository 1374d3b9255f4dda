// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.lplb.exchange.GroupIdentity;
import org.agrona.concurrent.UnsafeBuffer;

/** Any bytes are a message of the exchange or are refused. {@code CONTRIBUTING.md} has the command. */
class MessageFuzzTest {
    private static final GroupIdentity GROUP = new GroupIdentity(4, 3, 77, "three experts");
    private static final MessageSeal SEAL = MessageSeal.checksum();
    private static final IncomingMessage MESSAGE = new IncomingMessage(GROUP, SEAL);

    @FuzzTest(maxDuration = "60s")
    void anyBytes(byte[] data) {
        read(data);
    }

    /** The magic number, the version, the sizes and the seal are made right, so that the fields behind them are reached. */
    @FuzzTest(maxDuration = "60s")
    void sealedBytes(byte[] data) {
        if (data.length < ExchangeMessage.HEADER) {
            return;
        }
        UnsafeBuffer fields = new UnsafeBuffer(data);
        fields.putInt(0, ExchangeMessage.MAGIC, ExchangeMessage.ORDER);
        if (data.length > ExchangeMessage.mostBytes(GROUP)) {
            read(data);
            return;
        }
        fields.putShort(ExchangeMessage.AT_VERSION, (short) ExchangeMessage.VERSION, ExchangeMessage.ORDER);
        fields.putInt(ExchangeMessage.AT_RANKS, GROUP.ranks(), ExchangeMessage.ORDER);
        fields.putInt(ExchangeMessage.AT_EXPERTS, GROUP.experts(), ExchangeMessage.ORDER);
        fields.putLong(ExchangeMessage.AT_SEAL, 0, ExchangeMessage.ORDER);
        fields.putLong(ExchangeMessage.AT_SEAL, SEAL.of(data, data.length), ExchangeMessage.ORDER);
        read(data);
    }

    private static void read(byte[] data) {
        MESSAGE.read(new UnsafeBuffer(data), 0, data.length);
    }
}
