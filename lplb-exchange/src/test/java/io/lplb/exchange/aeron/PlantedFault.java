// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import io.lplb.exchange.RoundStatement;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A fault of an earlier exchange, planted into every rank of a {@link Simulation} by changes to the messages that it reads. A
 * simulation that does not find it checks too little.
 */
enum PlantedFault {
    /** Counts for another placement are taken for this rank's. */
    FOREIGN_PLACEMENT(Fault.OTHER_PLACEMENT) {
        @Override
        boolean change(Simulation simulation, int rank, long incarnation, UnsafeBuffer message) {
            if (isHello(message)) {
                return false;
            }
            long round = message.getLong(ExchangeMessage.AT_ROUND);
            message.putLong(ExchangeMessage.AT_FINGERPRINT, simulation.placementOf(rank, round));
            return true;
        }
    },
    /** A process does not learn that another one of its rank had a larger incarnation. */
    CLOCK_BACK_IGNORED(Fault.CLOCK_BACK) {
        @Override
        boolean change(Simulation simulation, int rank, long incarnation, UnsafeBuffer message) {
            int at = ExchangeMessage.HEADER + rank * ExchangeMessage.GREETING;
            if (!isHello(message) || message.getLong(at) <= incarnation) {
                return false;
            }
            message.putLong(at, 0);
            return true;
        }
    },
    /** A rank does not look at whom the others wait for, so that it agrees on counts that they do not plan with. */
    BLIND_AGREEMENT(Fault.MUTE) {
        @Override
        boolean change(Simulation simulation, int rank, long incarnation, UnsafeBuffer message) {
            if (isHello(message)) {
                return false;
            }
            int ranks = simulation.group.ranks();
            for (int w = 0; w < RoundStatement.words(ranks); w++) {
                message.putLong(ExchangeMessage.HEADER + w * Long.BYTES, -1L >>> (Long.SIZE - ranks));
            }
            return true;
        }
    },
    /** The channels are not opened anew after a long stop. */
    CHANNELS_STAY_CLOSED(Fault.LONG_PAUSE) {
        @Override
        boolean change(Simulation simulation, int rank, long incarnation, UnsafeBuffer message) {
            return false;
        }
    };

    /** The fault of a simulation that shows it. */
    final Fault shownBy;

    PlantedFault(Fault shownBy) {
        this.shownBy = shownBy;
    }

    /**
     * Changes a message that a rank is about to read.
     *
     * @param incarnation of the process that reads it, by its clock
     * @return whether the message was changed
     */
    abstract boolean change(Simulation simulation, int rank, long incarnation, UnsafeBuffer message);

    private static boolean isHello(UnsafeBuffer message) {
        return message.getShort(ExchangeMessage.AT_TYPE) == ExchangeMessage.HELLO;
    }

    /** Returns the message as the rank reads it, sealed again. */
    byte[] read(Simulation simulation, int rank, long incarnation, byte[] message) {
        byte[] bytes = message.clone();
        UnsafeBuffer fields = new UnsafeBuffer(bytes);
        if (bytes.length < ExchangeMessage.HEADER || !change(simulation, rank, incarnation, fields)) {
            return message;
        }
        MessageSeal seal = Messages.sealOf(simulation.group, simulation.key());
        fields.putLong(ExchangeMessage.AT_SEAL, 0);
        fields.putLong(ExchangeMessage.AT_SEAL, seal.of(bytes, bytes.length));
        return bytes;
    }
}
