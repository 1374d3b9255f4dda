// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.topology;

import java.util.Random;

/** Random topologies for tests: each column a permutation without fixed points. */
final class RandomTopology {
    private RandomTopology() {}

    /** A topology of 2 to {@code mostRanks} ranks with 1 to 4 replica sets; not always connected. */
    static ReplicaTopology of(long seed, int mostRanks) {
        Random random = new Random(seed);
        int ranks = 2 + random.nextInt(mostRanks - 1);
        int sets = 1 + random.nextInt(4);
        int[][] r2o = new int[ranks][sets];
        for (int d = 0; d < sets; d++) {
            int[] column = derangement(random, ranks);
            for (int r = 0; r < ranks; r++) {
                r2o[r][d] = column[r];
            }
        }
        return ReplicaTopology.of("random" + seed, r2o);
    }

    private static int[] derangement(Random random, int n) {
        while (true) {
            int[] column = new int[n];
            boolean moved = true;
            for (int k = 0; k < n; k++) {
                int other = random.nextInt(k + 1);
                column[k] = column[other];
                column[other] = k;
            }
            for (int k = 0; k < n; k++) {
                moved &= column[k] != k;
            }
            if (moved) {
                return column;
            }
        }
    }
}
