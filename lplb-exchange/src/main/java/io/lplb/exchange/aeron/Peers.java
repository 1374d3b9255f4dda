// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import io.lplb.exchange.GroupIdentity;
import io.lplb.exchange.aeron.IncomingMessage.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The processes that this rank takes for the other ranks, and the judgement of their messages.
 *
 * <p>A process is named by its incarnation, which rises from process to process of a rank, and by a random nonce. The
 * incarnation is the wall-clock time at which the process opened its exchange, in nanoseconds, or one more than the largest
 * that another rank has heard of this rank, if the clock has gone back.
 *
 * <p>Replays. A process is believed only after it has named, in a HELLO, this process's own incarnation and nonce: a record
 * of earlier messages cannot. From then on every sequence number is taken once, in a window of {@value #WINDOW} below the
 * largest.
 *
 * <pre>
 *   this rank                       rank r, new
 *      |  &lt;-- HELLO, process p, has heard nobody     p is a candidate
 *      |  HELLO, has heard p of rank r --&gt;
 *      |  &lt;-- HELLO, process p, has heard this one   p is believed
 * </pre>
 *
 * <p>Not thread-safe. Allocates only to refuse.
 */
final class Peers {
    /** Decisions about a message. */
    enum Verdict {
        TAKE,
        /** Of a process that is believed from this HELLO on. */
        TAKE_AS_NEW,
        DROP
    }

    static final int WINDOW = Long.SIZE;

    private final GroupIdentity identity;
    private final int self;
    private final LongSupplier nonces;
    private final boolean keyed;
    private final long[] incarnation;
    private final long[] nonce;
    private final long[] candidate;
    private final long[] candidateNonce;
    private final boolean[] believed;
    private final long[] newestSequence;
    private final long[] seen;
    private final boolean[] olderSeen;
    private long rejected;
    private long forged;
    private long replayed;
    private long older;
    private long otherVersions;
    private long restarts;
    private boolean answerDue;
    private boolean knockDue;
    private int olderRank = -1;
    private @Nullable String refusal;

    /**
     * Peers of a process that knows nobody yet.
     *
     * @param incarnation of this process, unless other ranks have heard a larger one of this rank
     * @param nonces random numbers
     * @param keyed whether messages are sealed with a key
     */
    Peers(GroupIdentity identity, int self, long incarnation, LongSupplier nonces, boolean keyed) {
        this.identity = identity;
        this.self = self;
        this.nonces = nonces;
        this.keyed = keyed;
        int ranks = identity.ranks();
        this.incarnation = new long[ranks];
        this.nonce = new long[ranks];
        candidate = new long[ranks];
        candidateNonce = new long[ranks];
        believed = new boolean[ranks];
        newestSequence = new long[ranks];
        seen = new long[ranks];
        olderSeen = new boolean[ranks];
        this.incarnation[self] = incarnation;
        nonce[self] = nonces.getAsLong();
        believed[self] = true;
    }

    /** Judges a message that has been read. */
    Verdict judge(Check check, IncomingMessage message) {
        if (check != Check.OK) {
            refuse(check, message);
            return Verdict.DROP;
        }
        int source = message.source();
        if (source == self) {
            return judgeOwn(message);
        }
        answerDue |= message.isHello() && message.has(ExchangeMessage.WANTS_ANSWER);
        if (believed[source] && isProcess(source, message)) {
            return isFresh(source, message.sequence()) ? Verdict.TAKE : drop();
        }
        if (message.incarnation() <= incarnation[source]) {
            older++;
            rejected++;
            if (!olderSeen[source]) {
                olderSeen[source] = true;
                olderRank = source;
            }
            return Verdict.DROP;
        }
        if (!message.isHello()) {
            knockDue = true;
            return Verdict.DROP;
        }
        return greet(source, message);
    }

    private boolean isProcess(int rank, IncomingMessage message) {
        return message.incarnation() == incarnation[rank] && message.nonce() == nonce[rank];
    }

    private Verdict judgeOwn(IncomingMessage message) {
        if (isProcess(self, message) || message.incarnation() < incarnation[self]) {
            // Over shared memory a process hears itself; an older one is no more, or will be refused by the others.
            return Verdict.DROP;
        }
        rejected++;
        if (refusal == null) {
            refusal = "rank " + self + ": got another process of this rank in the group, expected this one only";
        }
        return Verdict.DROP;
    }

    /** Takes each sequence number once. */
    private boolean isFresh(int rank, long sequence) {
        long ahead = sequence - newestSequence[rank];
        if (ahead > 0) {
            seen[rank] = ahead < WINDOW ? seen[rank] << ahead | 1 : 1;
            newestSequence[rank] = sequence;
            return true;
        }
        if (-ahead >= WINDOW || (seen[rank] >>> -ahead & 1) != 0) {
            return false;
        }
        seen[rank] |= 1L << -ahead;
        return true;
    }

    private Verdict drop() {
        replayed++;
        rejected++;
        return Verdict.DROP;
    }

    /** A HELLO of a process that is not believed yet. */
    private Verdict greet(int source, IncomingMessage message) {
        boolean namesThis = message.greeted(self) == incarnation[self] && message.greetedNonce(self) == nonce[self];
        if (!namesThis) {
            candidate[source] = message.incarnation();
            candidateNonce[source] = message.nonce();
            answerDue = true;
            return Verdict.DROP;
        }
        restarts += believed[source] ? 1 : 0;
        incarnation[source] = message.incarnation();
        nonce[source] = message.nonce();
        candidate[source] = 0;
        believed[source] = true;
        olderSeen[source] = false;
        newestSequence[source] = message.sequence();
        seen[source] = 1;
        // The other side may lack this one's HELLO that names it.
        answerDue = true;
        return Verdict.TAKE_AS_NEW;
    }

    /**
     * Takes a larger incarnation if the sender of this HELLO has heard one of this rank that is not below this process's. For
     * processes that nobody has believed yet.
     *
     * @return whether this process has another name now
     */
    boolean outbid(Check check, IncomingMessage message) {
        if (check != Check.OK || !message.isHello() || message.source() == self) {
            return false;
        }
        long theirs = message.greeted(self);
        boolean same = theirs == incarnation[self] && message.greetedNonce(self) == nonce[self];
        if (same || theirs < incarnation[self] || theirs >= ExchangeMessage.LAST_INCARNATION) {
            return false;
        }
        incarnation[self] = theirs + 1;
        nonce[self] = nonces.getAsLong();
        return true;
    }

    private void refuse(Check check, IncomingMessage message) {
        rejected++;
        forged += check == Check.SEAL ? 1 : 0;
        otherVersions += check == Check.VERSION ? 1 : 0;
        boolean foreign = check == Check.RANKS
                || check == Check.EXPERTS
                || check == Check.SETTINGS
                || (check == Check.VERSION && !keyed);
        if (foreign && refusal == null) {
            refusal = refusalOf(check, message);
        }
    }

    private String refusalOf(Check check, IncomingMessage message) {
        if (check == Check.VERSION) {
            return "rank " + message.source() + ": got exchange version " + message.version() + ", expected "
                    + ExchangeMessage.VERSION + " as rank " + self + " has";
        }
        String who = "rank " + message.source() + ": got ";
        String description = message.description();
        String theirs = description.isEmpty() ? "" : " (" + description + ")";
        String ours = " as rank " + self + " has (" + identity.description() + ")";
        return switch (check) {
            case RANKS -> who + message.ranks() + " ranks" + theirs + ", expected " + identity.ranks() + ours;
            case EXPERTS -> who + message.experts() + " experts" + theirs + ", expected " + identity.experts() + ours;
            default ->
                who + "settings " + Long.toHexString(message.settings()) + theirs + ", expected "
                        + Long.toHexString(identity.fingerprint()) + ours;
        };
    }

    /** Returns why the first rank that does not belong to this group was refused, null if none was. */
    @Nullable String refusal() {
        return refusal;
    }

    /** Returns the incarnation to name in a HELLO as heard of a rank: of a candidate, else of the process believed. */
    long heard(int rank) {
        return candidate[rank] != 0 ? candidate[rank] : incarnation[rank];
    }

    /** Returns the nonce of that process. */
    long heardNonce(int rank) {
        return candidate[rank] != 0 ? candidateNonce[rank] : nonce[rank];
    }

    /** Returns the incarnation of the process that is taken for a rank, 0 if none is. */
    long incarnation(int rank) {
        return incarnation[rank];
    }

    long ownNonce() {
        return nonce[self];
    }

    /** Returns whether somebody asked for a HELLO since the last call. */
    boolean takeAnswerDue() {
        boolean due = answerDue;
        answerDue = false;
        return due;
    }

    /** Returns whether counts of an unknown process have come since the last call: it should be asked for its HELLO. */
    boolean takeKnockDue() {
        boolean due = knockDue;
        knockDue = false;
        return due;
    }

    /** Returns a rank of which an older process was heard for the first time, -1 if there is none. */
    int takeOlderRank() {
        int rank = olderRank;
        olderRank = -1;
        return rank;
    }

    /** Returns the ranks that are not believed. */
    List<Integer> missing() {
        List<Integer> missing = new ArrayList<>();
        for (int r = 0; r < believed.length; r++) {
            if (!believed[r]) {
                missing.add(r);
            }
        }
        return missing;
    }

    boolean isComplete() {
        for (boolean known : believed) {
            if (!known) {
                return false;
            }
        }
        return true;
    }

    /** Returns what may explain that ranks are missing; empty if nothing does. */
    String suspicion() {
        return (forged > 0 ? "; " + forged + " messages had a wrong seal: another group key?" : "")
                + (otherVersions > 0 ? "; " + otherVersions + " messages were of another version" : "");
    }

    long rejected() {
        return rejected;
    }

    long forged() {
        return forged;
    }

    long replayed() {
        return replayed;
    }

    long older() {
        return older;
    }

    long restarts() {
        return restarts;
    }
}
