// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The rules of rounds, without clocks or networks: three ranks with two experts, seen from rank 0. */
class RoundBoardTest {
    private static final long PLACEMENT = 17;

    private final RoundBoard board = new RoundBoard(3, 0, 2);
    private final int[] all = new int[6];
    private long process;

    private void begin(long round) {
        board.begin(round, 0, PLACEMENT, new int[] {(int) round, 100}, all);
    }

    private void meet(long next) {
        process = next;
        board.meet(2, next);
    }

    private boolean send(int rank, long round, long fingerprint, boolean joining) {
        int at = board.claim(rank, round);
        if (at < 0) {
            return false;
        }
        board.counts()[at] = (int) round;
        board.counts()[at + 1] = rank;
        board.commit(rank, statement(round, 0, fingerprint, joining));
        return true;
    }

    /** What a rank says that waits for all. */
    private RoundStatement statement(long round, int layer, long fingerprint, boolean joining) {
        RoundStatement said = new RoundStatement(3);
        said.round = round;
        said.layer = layer;
        said.fingerprint = fingerprint;
        said.joining = joining;
        RoundBoard alike = new RoundBoard(3, 0, 2);
        alike.meet(2, process);
        said.view = alike.begin(0, 0, 0, new int[2], new int[6]).view;
        said.expected()[0] = 7;
        said.heard()[0] = 7;
        return said;
    }

    /** Counts of a rank that does not wait for all. */
    private void sendExpecting(int rank, long round, long expected) {
        RoundStatement said = statement(round, 0, PLACEMENT, false);
        said.expected()[0] = expected;
        assertTrue(board.claim(rank, round) >= 0);
        board.commit(rank, said);
    }

    private boolean send(int rank, long round) {
        return send(rank, round, PLACEMENT, false);
    }

    @Test
    void aRoundIsSettledWhenAllHaveComeInAnyOrder() {
        assertTrue(send(2, 0));
        begin(0);
        assertFalse(board.isSettled());
        assertTrue(send(1, 0));
        assertTrue(board.isSettled());
        assertEquals(RoundStatus.COMPLETE, board.end(all));
        assertArrayEquals(new int[] {0, 100, 0, 1, 0, 2}, all);
        assertTrue(board.heard(0) && board.heard(1) && board.heard(2));
        assertEquals(1, board.nextRound());
    }

    @Test
    void whoIsAMomentBehindIsWaitedForOnce() {
        begin(0);
        send(1, 0);
        assertEquals(RoundStatus.MISSED, board.end(all));
        begin(1);
        assertFalse(send(2, 0), "too late");
        send(1, 1);
        assertTrue(board.isSettled(), "not in the round that is on");
        assertEquals(RoundStatus.PARTIAL, board.end(all));
        begin(2);
        send(1, 2);
        assertFalse(board.isSettled(), "it has sent the round before the last, so it comes");
        assertEquals(RoundStatus.MISSED, board.end(all));
        // It is as slow as ever, and does not cost another deadline.
        begin(3);
        assertFalse(send(2, 2), "too late");
        send(1, 3);
        assertTrue(board.isSettled());
        assertEquals(RoundStatus.PARTIAL, board.end(all));
        begin(4);
        send(1, 4);
        assertTrue(board.isSettled());
        assertEquals(RoundStatus.PARTIAL, board.end(all));
        // Once it has come in time, it has the benefit of the doubt again.
        assertTrue(send(2, 5));
        begin(5);
        send(1, 5);
        assertEquals(RoundStatus.COMPLETE, board.end(all));
        begin(6);
        send(1, 6);
        assertEquals(RoundStatus.MISSED, board.end(all));
        assertFalse(send(2, 6), "too late");
        begin(7);
        send(1, 7);
        assertFalse(board.isSettled());
    }

    @Test
    void aMessageCountsOnce() {
        begin(0);
        assertTrue(send(1, 0));
        assertFalse(send(1, 0));
        assertTrue(send(1, 2));
        assertFalse(send(1, 1), "a rank's rounds rise");
    }

    @Test
    void whoMissesARoundIsAbsentUntilItIsHeardAgain() {
        begin(0);
        send(1, 0);
        assertEquals(RoundStatus.MISSED, board.end(all));
        assertArrayEquals(new int[] {0, 100, 0, 1, 0, 0}, all);
        assertEquals(1, board.absent());
        begin(1);
        send(1, 1);
        assertTrue(board.isSettled(), "nobody waits for an absent rank");
        assertEquals(RoundStatus.PARTIAL, board.end(all));
        assertFalse(board.heard(2));
        assertFalse(send(2, 0), "too late");
        assertEquals(1, board.absent());
        assertFalse(send(2, 1), "too late");
        assertEquals(0, board.absent(), "a moment behind");
        assertTrue(send(2, 2));
        begin(2);
        assertFalse(board.isSettled(), "rank 1 is still expected");
        send(1, 2);
        assertEquals(RoundStatus.COMPLETE, board.end(all));
    }

    @Test
    void aRankThatHasGoneOnIsNotWaitedFor() {
        begin(0);
        send(1, 0);
        send(2, 3);
        assertTrue(board.isSettled());
        assertEquals(RoundStatus.MISSED, board.end(all));
        for (int round = 1; round < 3; round++) {
            begin(round);
            send(1, round);
            assertTrue(board.isSettled());
            assertEquals(RoundStatus.PARTIAL, board.end(all), "it is expected again in the round that it has sent");
        }
        begin(3);
        send(1, 3);
        assertEquals(RoundStatus.COMPLETE, board.end(all));
        assertArrayEquals(new int[] {3, 100, 3, 1, 3, 2}, all);
    }

    @Test
    void aLateRankFindsTheRoundsItMissedAndDoesNotWait() {
        for (int round = 0; round < RoundBoard.WINDOW; round++) {
            send(1, round);
            send(2, round);
        }
        for (int round = 0; round < RoundBoard.WINDOW; round++) {
            begin(round);
            assertTrue(board.isSettled());
            assertEquals(RoundStatus.COMPLETE, board.end(all));
            assertArrayEquals(new int[] {round, 100, round, 1, round, 2}, all);
        }
    }

    @Test
    void aRankThatIsTooLateGoesOnAheadOfTheOthers() {
        begin(0);
        for (int round = 0; round < 100; round++) {
            send(1, round);
            send(2, round);
        }
        assertTrue(board.isSettled(), "round 0 has been overwritten and will not come again");
        assertEquals(RoundStatus.MISSED, board.end(all));
        long first = board.nextRound();
        assertTrue(first > 100 && first <= 110, "next round " + first);
        begin(first);
        assertTrue(board.isJoining());
        for (long round = 100; round <= first; round++) {
            assertFalse(board.isSettled());
            send(1, round);
            send(2, round);
        }
        assertTrue(board.isSettled());
        assertEquals(RoundStatus.COMPLETE, board.end(all));
        assertEquals(first + 1, board.nextRound());
    }

    @Test
    void whoIsPassedByTwiceAimsFurtherAhead() {
        long group = 100;
        long[] leads = new long[4];
        for (int attempt = 0; attempt < leads.length; attempt++) {
            send(1, group);
            send(2, group);
            long aim = board.nextRound();
            leads[attempt] = aim - group;
            begin(aim);
            group = aim + 50;
            send(1, group);
            send(2, group);
            assertEquals(RoundStatus.MISSED, board.end(all));
            group += 2;
        }
        assertArrayEquals(new long[] {2, 2, 4, 8}, leads);
    }

    @Test
    void aDeafRankIsNeitherFollowedNorExpectedAgain() {
        begin(0);
        send(1, 0);
        assertEquals(RoundStatus.MISSED, board.end(all));
        for (int round = 1; round < 40; round++) {
            begin(round);
            send(1, round);
            RoundStatement said = statement(20 + 3 * round, 0, PLACEMENT, false);
            said.heard()[0] = 4;
            said.expected()[0] = 4;
            if (board.claim(2, said.round) >= 0) {
                board.commit(2, said);
            }
            assertTrue(board.isSettled());
            assertEquals(RoundStatus.PARTIAL, board.end(all));
            assertEquals(round + 1, board.nextRound());
        }
    }

    @Test
    void aJoiningRankDoesNotPullTheOthersAhead() {
        begin(0);
        send(1, 0);
        send(2, 9, PLACEMENT, true);
        board.end(all);
        assertEquals(1, board.nextRound());
        board.note(1, 50, PLACEMENT, true);
        assertEquals(1, board.nextRound());
        board.note(1, 50, PLACEMENT, false);
        assertTrue(board.nextRound() > 50);
    }

    @Test
    void aGroupMayStartAtAnyRound() {
        begin(1000);
        assertTrue(board.isJoining());
        send(1, 1000, PLACEMENT, true);
        send(2, 1000, PLACEMENT, true);
        assertEquals(RoundStatus.COMPLETE, board.end(all));
        begin(board.nextRound());
        assertFalse(board.isJoining());
        assertEquals(1001, board.current());
    }

    @Test
    void countsForAnotherPlacementAreAsGoodAsNone() {
        begin(0);
        send(1, 0);
        send(2, 0, PLACEMENT + 1, false);
        assertTrue(board.isSettled(), "they have come, and no others will");
        assertEquals(RoundStatus.MISSED, board.end(all));
        assertFalse(board.heard(2));
        begin(1);
        send(1, 1);
        send(2, 1, PLACEMENT + 1, false);
        assertTrue(board.isSettled());
        assertEquals(RoundStatus.PARTIAL, board.end(all), "its foreign counts do not make it present");
        begin(2);
        send(1, 2);
        send(2, 2);
        assertEquals(RoundStatus.PARTIAL, board.end(all), "this rank had not waited for it");
        assertTrue(board.heard(2));
        begin(3);
        send(1, 3);
        send(2, 3);
        assertEquals(RoundStatus.COMPLETE, board.end(all));
    }

    @Test
    void countsForAnotherLayerAreAsGoodAsNone() {
        board.begin(0, 3, PLACEMENT, new int[2], all);
        for (int rank = 1; rank < 3; rank++) {
            board.claim(rank, 0);
            board.commit(rank, statement(0, rank + 2, PLACEMENT, false));
        }
        assertTrue(board.isSettled());
        assertEquals(RoundStatus.MISSED, board.end(all));
        assertTrue(board.heard(1));
        assertFalse(board.heard(2), "its counts are for layer 4");
    }

    @Test
    void aRankStartedAnewIsNotWaitedForUntilItSends() {
        meet(1);
        begin(0);
        send(1, 0);
        send(2, 0);
        board.end(all);
        begin(1);
        send(1, 1);
        assertFalse(board.isSettled());
        meet(1);
        assertFalse(board.isSettled());
        meet(2);
        assertTrue(board.isSettled());
        assertEquals(RoundStatus.MISSED, board.end(all), "this rank has said that it waits for rank 2");
        send(2, 5, PLACEMENT, true);
        for (int round = 2; round < 5; round++) {
            begin(round);
            send(1, round);
            assertEquals(RoundStatus.PARTIAL, board.end(all));
        }
        begin(5);
        send(1, 5);
        assertEquals(RoundStatus.COMPLETE, board.end(all));
    }

    @Test
    void whoAnnouncesARoundIsWaitedForThere() {
        begin(0);
        send(1, 0);
        board.end(all);
        board.announce(2, 2);
        board.announce(1, 7);
        begin(1);
        send(1, 1);
        assertTrue(board.isSettled());
        assertEquals(RoundStatus.PARTIAL, board.end(all));
        begin(2);
        send(1, 2);
        assertFalse(board.isSettled());
        send(2, 2, PLACEMENT, true);
        assertEquals(RoundStatus.COMPLETE, board.end(all));
    }

    @Test
    void anAnnouncedRoundIsKeptUnlessTheOthersPassIt() {
        board.note(1, 50, PLACEMENT, false);
        long aim = board.aim();
        assertEquals(52, aim);
        board.note(1, 51, PLACEMENT, false);
        assertEquals(52, board.nextRound());
        board.note(1, 52, PLACEMENT, false);
        assertEquals(52, board.nextRound(), "they wait there");
        board.note(1, 53, PLACEMENT, false);
        assertEquals(56, board.nextRound(), "always even");
    }

    @Test
    void ranksAreInTouchAgainWhenBothSidesHearEachOther() {
        begin(0);
        send(1, 0);
        send(2, 0);
        assertTrue(board.isInTouch());
        board.loseTouch();
        assertFalse(board.isInTouch());
        RoundStatement deaf = statement(10, 0, PLACEMENT, false);
        deaf.heard()[0] = 6;
        assertTrue(board.claim(1, 10) >= 0);
        board.commit(1, deaf);
        send(2, 10);
        assertFalse(board.isInTouch(), "rank 1 does not hear this one");
        send(1, 11);
        assertTrue(board.isInTouch());
    }

    @Test
    void aRankThatWasNotHeardBeforeIsNotSought() {
        for (int round = 0; round < 6; round++) {
            begin(round);
            send(1, round);
            board.end(all);
        }
        board.loseTouch();
        send(1, 9);
        assertTrue(board.isInTouch(), "rank 2 is dead");
    }

    @Test
    void whoWasNeverHeardMayBeGivenUp() {
        board.giveUp(2);
        begin(0);
        send(1, 0);
        board.giveUp(1);
        assertTrue(board.isSettled());
        assertTrue(board.isJoining(), "its first round");
        assertEquals(RoundStatus.PARTIAL, board.end(all));
        assertFalse(board.isJoining());
        assertTrue(board.heard(1));
    }

    @Test
    void aRankStartedAnewBeforeTheFirstRoundIsStillExpected() {
        meet(1);
        send(2, 0);
        meet(2);
        begin(0);
        send(1, 0);
        assertFalse(board.isSettled());
        send(2, 0);
        assertEquals(RoundStatus.COMPLETE, board.end(all));
    }

    @Test
    void aRoundIsCompleteOnlyIfEveryRankWaitsForAll() {
        begin(0);
        send(1, 0);
        sendExpecting(2, 0, 6);
        assertEquals(RoundStatus.PARTIAL, board.end(all), "rank 2 does not wait for this one");
        assertTrue(board.heard(2));
        begin(1);
        send(1, 1);
        sendExpecting(2, 1, 5);
        assertEquals(RoundStatus.PARTIAL, board.end(all), "rank 2 does not wait for rank 1");
        begin(2);
        send(1, 2);
        send(2, 2);
        assertEquals(RoundStatus.COMPLETE, board.end(all));
    }

    @Test
    void aRoundIsCompleteOnlyAmongTheSameProcesses() {
        board.meet(1, 1);
        begin(0);
        send(1, 0);
        send(2, 0);
        assertEquals(RoundStatus.PARTIAL, board.end(all), "the others do not know process 1 of rank 1");
    }

    @Test
    void whoIsNotWaitedForJoinsAnew() {
        for (int round = 0; round < 3; round++) {
            begin(round);
            send(1, round);
            sendExpecting(2, round, 6);
            assertEquals(RoundStatus.PARTIAL, board.end(all));
            assertEquals(round + 1, board.nextRound());
        }
        send(2, 3);
        assertTrue(board.nextRound() > 3 + 1, "the others are in a round where rank 2 does not wait for this one");
    }

    @Test
    void roundsOfAnotherPlacementAreNotFollowed() {
        begin(0);
        send(1, 0);
        send(2, 40, PLACEMENT + 1, false);
        assertEquals(RoundStatus.MISSED, board.end(all));
        assertEquals(1, board.nextRound());
        board.note(2, 300, PLACEMENT + 1, false);
        assertEquals(1, board.nextRound());
        board.begin(1, 0, PLACEMENT + 1, new int[2], all);
        board.end(all);
        assertTrue(board.nextRound() > 300, "this rank has that placement, too");
    }

    @Test
    void countsOfAnotherPlacementAreNamed() {
        begin(0);
        send(1, 0);
        send(2, 0, PLACEMENT + 1, false);
        board.end(all);
        assertTrue(board.isForeign(2));
        assertFalse(board.isForeign(1));
        assertEquals(PLACEMENT + 1, board.fingerprintOf(2));
        assertEquals(PLACEMENT, board.fingerprint());
    }

    @Test
    void roundsFarAheadAreBelievedWhenTheirRankGoesOn() {
        begin(0);
        assertFalse(board.isPlausible(2, Long.MAX_VALUE));
        assertFalse(board.isPlausible(2, RoundBoard.LAST_ROUND + 1));
        assertFalse(send(2, 1L << 60));
        assertEquals(1, board.nextRound());
        assertFalse(send(2, 1L << 40), "another jump");
        assertTrue(send(2, (1L << 40) + 1), "it goes on");
        assertTrue(board.nextRound() > 1L << 40);
        board.announce(1, 5);
        assertEquals(RoundStatus.MISSED, board.end(all));
    }

    @Test
    void theHashesOfPlansAreCompared() {
        begin(0);
        send(1, 0);
        send(2, 0);
        assertEquals(RoundStatus.COMPLETE, board.end(all));
        board.planned(5);
        assertEquals(-1, board.differingRank());
        begin(1);
        for (int rank = 1; rank < 3; rank++) {
            RoundStatement said = statement(1, 0, PLACEMENT, false);
            said.planRound = 0;
            said.planHash = rank == 1 ? 5 : 6;
            board.claim(rank, 1);
            board.commit(rank, said);
        }
        assertEquals(RoundStatus.COMPLETE, board.end(all));
        assertEquals(2, board.differingRank());
        begin(2);
        send(1, 2);
        send(2, 2);
        board.end(all);
        assertEquals(-1, board.differingRank());
    }

    @Test
    void anAnnouncedRoundGivesWayToTheOneThatIsSent() {
        begin(0);
        send(1, 0);
        board.end(all);
        board.announce(2, 2);
        assertTrue(send(2, 4, PLACEMENT, true));
        for (int round = 1; round < 4; round++) {
            begin(round);
            send(1, round);
            assertEquals(RoundStatus.PARTIAL, board.end(all));
        }
        begin(4);
        send(1, 4);
        assertEquals(RoundStatus.COMPLETE, board.end(all));
    }

    @Test
    void misuseIsRefusedBeforeAnythingChanges() {
        begin(4);
        assertThrows(IllegalArgumentException.class, () -> begin(4));
        assertThrows(IllegalArgumentException.class, () -> board.begin(5, 0, 0, new int[1], all));
        assertThrows(IllegalArgumentException.class, () -> board.begin(5, 0, 0, new int[2], new int[5]));
        assertThrows(IllegalArgumentException.class, () -> board.begin(5, 0, 0, new int[] {0, -1}, all));
        assertThrows(IllegalArgumentException.class, () -> board.begin(5, -1, 0, new int[2], all));
        assertEquals(4, board.current());
        assertThrows(IllegalArgumentException.class, () -> new RoundBoard(3, 3, 1));
        assertThrows(IllegalArgumentException.class, () -> new RoundBoard(3, 0, 0));
    }
}
