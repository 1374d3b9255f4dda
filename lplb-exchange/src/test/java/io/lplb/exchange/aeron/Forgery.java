// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import io.lplb.exchange.RoundStatement;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;

/** Messages of somebody who can hear and send packets, but does not have the group's key. */
final class Forgery {
    private static final int KINDS = 6;

    private Forgery() {}

    static byte[] make(Simulation simulation) {
        Random random = simulation.random;
        if (simulation.recorded.isEmpty()) {
            return noise(random);
        }
        byte[] record = simulation
                .recorded
                .get(random.nextInt(simulation.recorded.size()))
                .clone();
        return switch (random.nextInt(KINDS)) {
            case 0 -> noise(random);
            case 1 -> record;
            case 2 -> damaged(record, random);
            case 3 -> changed(record, random);
            default -> sealedByAnother(simulation, random);
        };
    }

    private static byte[] noise(Random random) {
        byte[] noise = new byte[random.nextInt(300)];
        random.nextBytes(noise);
        return noise;
    }

    private static byte[] damaged(byte[] record, Random random) {
        for (int k = random.nextInt(8); k >= 0; k--) {
            record[random.nextInt(record.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return random.nextInt(4) == 0 ? java.util.Arrays.copyOf(record, random.nextInt(record.length)) : record;
    }

    /** A record with another round, source, process or sequence. */
    private static byte[] changed(byte[] record, Random random) {
        UnsafeBuffer fields = new UnsafeBuffer(record);
        int[] places = {
            ExchangeMessage.AT_ROUND,
            ExchangeMessage.AT_INCARNATION,
            ExchangeMessage.AT_SEQUENCE,
            ExchangeMessage.AT_NONCE
        };
        fields.putLong(places[random.nextInt(places.length)], random.nextLong() >>> random.nextInt(Long.SIZE));
        return record;
    }

    private static byte[] sealedByAnother(Simulation simulation, Random random) {
        MessageSeal seal = Messages.sealOf(simulation.group, random.nextBoolean() ? GroupKey.generate() : null);
        int ranks = simulation.group.ranks();
        int source = random.nextInt(ranks);
        long incarnation = random.nextLong() >>> (1 + random.nextInt(8));
        UnsafeBuffer message;
        if (random.nextBoolean()) {
            message = Messages.hello(
                    simulation.group,
                    seal,
                    source,
                    Math.max(1, incarnation),
                    random.nextInt(1_000_000),
                    random.nextInt(8),
                    random.nextInt(ranks),
                    random.nextLong() >>> 2);
        } else {
            RoundStatement said = Messages.statement(simulation.group, simulation.newest() + 1 + random.nextInt(3));
            said.fingerprint = 1;
            message = Messages.counts(simulation.group, seal, source, incarnation, said, 1, 2, 3);
        }
        byte[] bytes = new byte[message.capacity()];
        message.getBytes(0, bytes);
        return bytes;
    }
}
