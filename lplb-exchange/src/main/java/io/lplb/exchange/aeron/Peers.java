// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import io.lplb.exchange.GroupIdentity;
import io.lplb.exchange.aeron.ExchangeMessage.Check;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Whom this rank knows: which process each other rank is, and who was refused and why.
 *
 * <p>Not thread-safe. Allocates only to refuse.
 */
final class Peers {
    /** What to do with a message. */
    enum Verdict {
        TAKE,
        TAKE_AS_NEW,
        DROP
    }

    private final GroupIdentity identity;
    private final int self;
    private final long ownIncarnation;
    private final long[] incarnation;
    private final boolean[] introduced;
    private long rejected;
    private long restarts;
    private @Nullable String refusal;

    Peers(GroupIdentity identity, int self, long ownIncarnation) {
        this.identity = identity;
        this.self = self;
        this.ownIncarnation = ownIncarnation;
        this.incarnation = new long[identity.ranks()];
        this.introduced = new boolean[identity.ranks()];
        introduced[self] = true;
    }

    /** Judges a message by its sender. */
    Verdict judge(DirectBuffer buffer, int offset, int length) {
        Check check = ExchangeMessage.check(buffer, offset, length, identity);
        if (check != Check.OK) {
            rejected++;
            if (check != Check.NOT_OURS && check != Check.BROKEN && refusal == null) {
                refusal = refusalOf(check, buffer, offset, length);
            }
            return Verdict.DROP;
        }
        int source = ExchangeMessage.source(buffer, offset);
        long process = ExchangeMessage.incarnation(buffer, offset);
        if (source == self) {
            if (process != ownIncarnation) {
                rejected++;
                if (refusal == null) {
                    refusal =
                            "rank " + self + ": got another process of this rank in the group, expected this one only";
                }
            }
            return Verdict.DROP;
        }
        if (process < incarnation[source]) {
            rejected++;
            return Verdict.DROP;
        }
        introduced[source] |= ExchangeMessage.type(buffer, offset) == ExchangeMessage.HELLO;
        if (process == incarnation[source]) {
            return Verdict.TAKE;
        }
        boolean known = incarnation[source] != 0;
        incarnation[source] = process;
        restarts += known ? 1 : 0;
        return known ? Verdict.TAKE_AS_NEW : Verdict.TAKE;
    }

    private String refusalOf(Check check, DirectBuffer buffer, int offset, int length) {
        String who = "rank " + ExchangeMessage.source(buffer, offset) + ": got ";
        if (check == Check.VERSION) {
            return who + "exchange version " + ExchangeMessage.version(buffer, offset) + ", expected "
                    + ExchangeMessage.VERSION + " as rank " + self + " has";
        }
        String description = ExchangeMessage.description(buffer, offset, length);
        String theirs = description.isEmpty() ? "" : " (" + description + ")";
        String ours = " as rank " + self + " has (" + identity.description() + ")";
        return switch (check) {
            case RANKS ->
                who + ExchangeMessage.ranks(buffer, offset) + " ranks" + theirs + ", expected " + identity.ranks()
                        + ours;
            case EXPERTS ->
                who + ExchangeMessage.experts(buffer, offset) + " experts" + theirs + ", expected " + identity.experts()
                        + ours;
            default ->
                who + "settings " + Long.toHexString(ExchangeMessage.fingerprint(buffer, offset)) + theirs
                        + ", expected " + Long.toHexString(identity.fingerprint()) + ours;
        };
    }

    /** Returns why the first rank that does not belong to this group was refused, null if none was. */
    @Nullable String refusal() {
        return refusal;
    }

    /** Returns the ranks whose HELLO has not come. */
    List<Integer> missing() {
        List<Integer> missing = new ArrayList<>();
        for (int r = 0; r < introduced.length; r++) {
            if (!introduced[r]) {
                missing.add(r);
            }
        }
        return missing;
    }

    boolean isComplete() {
        for (boolean known : introduced) {
            if (!known) {
                return false;
            }
        }
        return true;
    }

    /** Counts a message that was broken after all. */
    void reject() {
        rejected++;
    }

    long rejected() {
        return rejected;
    }

    long restarts() {
        return restarts;
    }
}
