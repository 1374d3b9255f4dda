// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.route;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.placement.ExpertPlacement;
import io.lplb.problem.PlacementProblem;
import io.lplb.quota.ReplicaQuotas;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenRouterTest {
    /** Expert 0 in slots 0, 2 and 5, expert 1 in 1 and 4, expert 2 in 3. */
    private static final ExpertPlacement THREE = ExpertPlacement.of(3, 3, 3, new int[] {0, 1, 0, 2, 1, 0});

    /** Experts 0 and 1 in two slots each, the other two in one: LPLB's kind, with its own inner loop. */
    private static final ExpertPlacement PAIRS = ExpertPlacement.of(2, 2, 4, new int[] {0, 1, 2, 0, 1, 3});

    private static ReplicaQuotas layout(ExpertPlacement placement) {
        return new ReplicaQuotas(placement, PlacementProblem.of(placement, null));
    }

    @ParameterizedTest(name = "{0} tokens of one expert")
    @ValueSource(ints = {1, 2, 3, 10, 499, 998, 4_990, 100_003})
    void everyReplicaGetsExactlyItsQuota(int n) {
        checkQuotas(THREE, new long[] {n / 2, n - n / 2 - n / 3, n / 3, 0, 5, 7});
        checkQuotas(PAIRS, new long[] {n / 3, n - n / 3, 0, n, 3, 1});
    }

    private static void checkQuotas(ExpertPlacement placement, long[] quota) {
        ReplicaQuotas layout = layout(placement);
        TokenRouter router = new TokenRouter(layout, placement.experts());
        router.load(quota, new long[placement.experts()]);
        int[] ids = tokens(layout, quota, placement.experts());
        int[] out = new int[ids.length];
        Arrays.fill(out, -7);
        router.route(ids, out);
        long[] got = new long[quota.length];
        for (int k = 0; k < ids.length; k++) {
            assertEquals(ids[k], placement.expertIn(out[k]));
            got[replicaOf(layout, out[k])]++;
        }
        assertArrayEquals(quota, got);
    }

    private static int[] tokens(ReplicaQuotas layout, long[] quota, int experts) {
        int[] ids = new int[(int) Arrays.stream(quota).sum()];
        int at = 0;
        for (int e = 0; e < experts; e++) {
            for (int k = layout.firstReplica(e); k < layout.firstReplica(e + 1); k++) {
                Arrays.fill(ids, at, at + (int) quota[k], e);
                at += (int) quota[k];
            }
        }
        Random random = new Random(at);
        for (int k = ids.length - 1; k > 0; k--) {
            int j = random.nextInt(k + 1);
            int t = ids[k];
            ids[k] = ids[j];
            ids[j] = t;
        }
        return ids;
    }

    private static int replicaOf(ReplicaQuotas layout, int slot) {
        int k = 0;
        while (layout.slot(k) != slot) {
            k++;
        }
        return k;
    }

    @Test
    void everyStretchIsDividedLikeTheWhole() {
        TokenRouter router = new TokenRouter(layout(PAIRS), 4);
        router.load(new long[] {2_500, 7_500, 0, 0, 0, 0}, new long[4]);
        int[] out = new int[100];
        for (int stretch = 0; stretch < 100; stretch++) {
            router.route(new int[100], out);
            int original = 0;
            for (int slot : out) {
                original += slot == 0 ? 1 : 0;
            }
            assertTrue(
                    Math.abs(original - 25) <= 3, "stretch " + stretch + ": " + original + " of 100 at the original");
        }
    }

    @Test
    void sourcesThatKnowWhatComesBeforeThemRouteAlone() {
        long[] quota = {300, 200, 97, 0, 0, 0};
        int[] together = new int[597];
        TokenRouter one = new TokenRouter(layout(THREE), 3);
        one.load(quota, new long[3]);
        one.route(new int[597], together);
        int[] apart = new int[597];
        int at = 0;
        for (int tokens : new int[] {1, 0, 355, 241}) {
            TokenRouter source = new TokenRouter(layout(THREE), 3);
            source.load(quota, new long[] {at, 0, 0});
            int[] out = new int[tokens];
            source.route(new int[tokens], out);
            System.arraycopy(out, 0, apart, at, tokens);
            at += tokens;
        }
        assertArrayEquals(together, apart);
    }

    @Test
    void minusOneStaysAndUnplannedExpertsGoToTheirOriginal() {
        TokenRouter router = new TokenRouter(layout(THREE), 3);
        router.load(new long[] {0, 0, 0, 0, 4, 2}, new long[3]);
        int[] ids = {-1, 0, 0, 2, -1};
        router.route(ids, ids);
        assertArrayEquals(new int[] {-1, 0, 0, 3, -1}, ids);
    }

    @Test
    void tokensBeyondThePlanGoRoundAgain() {
        TokenRouter router = new TokenRouter(layout(THREE), 3);
        router.load(new long[] {0, 1, 2, 0, 0, 0}, new long[3]);
        int[] first = new int[3];
        int[] second = new int[3];
        router.route(new int[3], first);
        router.route(new int[3], second);
        assertArrayEquals(first, second);
    }

    @Test
    void positionsDoNotOverflowNearTheLargestCount() {
        TokenRouter router = new TokenRouter(layout(PAIRS), 4);
        int n = Integer.MAX_VALUE;
        router.load(new long[] {n / 2, n - n / 2, 0, 0, 0, 0}, new long[] {n - 5L, 0, 0, 0});
        int[] out = new int[1_000];
        router.route(new int[1_000], out);
        long original = Arrays.stream(out).filter(slot -> slot == 0).count();
        assertTrue(Math.abs(original - 500) < 10, original + " of 1000 at the original");
    }

    @ParameterizedTest(name = "n = {0}")
    @ValueSource(ints = {1, 2, 3, 4, 6, 30, 499, 998, 1_000_000_007, Integer.MAX_VALUE})
    void strideHasNoCommonDivisorWithTheTotal(int n) {
        int stride = TokenRouter.stride(n);
        assertTrue(n == 1 ? stride == 0 : stride >= 1 && stride < n);
        assertEquals(
                java.math.BigInteger.ONE,
                n == 1
                        ? java.math.BigInteger.ONE
                        : java.math.BigInteger.valueOf(stride).gcd(java.math.BigInteger.valueOf(n)));
    }

    @Test
    void refusesBeforeWriting() {
        TokenRouter router = new TokenRouter(layout(THREE), 3);
        int[] out = {9, 9};
        assertEquals(
                "ids[1]: got expert 3, expected -1 or 0..2",
                assertThrows(IllegalArgumentException.class, () -> router.route(new int[] {0, 3}, out))
                        .getMessage());
        assertEquals(
                "out: got length 2, expected 3 as ids",
                assertThrows(IllegalArgumentException.class, () -> router.route(new int[3], out))
                        .getMessage());
        assertArrayEquals(new int[] {9, 9}, out);
    }

    @Test
    void quotasThatCannotBeCountedAreRefusedAndChangeNothing() {
        TokenRouter router = new TokenRouter(layout(THREE), 3);
        router.load(new long[] {1, 2, 3, 4, 5, 6}, new long[3]);
        long[] large = {1, 2, 3, Integer.MAX_VALUE, 1, 6};
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> router.load(large, new long[3]));
        assertEquals(
                "quota[4]: got 1 tokens after 2147483647 of expert 1, expected 0..2147483647 for the expert",
                e.getMessage());
        assertThrows(
                IllegalArgumentException.class,
                () -> router.load(new long[] {1, 2, 3, 4, 5, Long.MAX_VALUE}, new long[3]));
        assertThrows(IllegalArgumentException.class, () -> router.load(new long[] {1, 2, -3, 4, 5, 6}, new long[3]));
        assertThrows(IllegalArgumentException.class, () -> router.load(new long[5], new long[3]));
        assertThrows(IllegalArgumentException.class, () -> router.load(new long[6], new long[2]));
        assertThrows(IllegalArgumentException.class, () -> router.load(new long[6], new long[3], new int[4]));
        TokenRouter fresh = new TokenRouter(layout(THREE), 3);
        fresh.load(new long[] {1, 2, 3, 4, 5, 6}, new long[3]);
        int[] ids = {0, 0, 1, 1, 2, 0, 1};
        int[] expected = new int[7];
        int[] out = new int[7];
        fresh.route(ids, expected);
        router.route(ids, out);
        assertArrayEquals(expected, out);
    }
}
