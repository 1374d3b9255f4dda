// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.placement.ExpertPlacement;
import io.lplb.replica.ReplicaPlan;
import io.lplb.replica.ReplicaPlanner;
import io.lplb.replica.ReplicaSettings;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The kernels against the CPU's planner: a valid choice, with its numbers, and nearly the same level. */
class ReplicaKernelsTest {
    private static final int RUN = 17;

    private final Random random = new Random(21);

    @ParameterizedTest(name = "{0} ranks, {1} experts, {2} sources, {3} slots, domain {4}, at least {5}, at most {6}")
    @CsvSource({
        "64, 256, 64, 1, 64, 1, 999, 0",
        "64, 512, 3, 2, 64, 1, 999, 0.01",
        "64, 256, 9, 4, 8, 1, 999, 0",
        "8, 64, 8, 1, 3, 1, 999, 0",
        "16, 1024, 1, 2, 16, 50, 999, 0",
        "16, 64, 17, 2, 16, 1, 7, 0",
        "1, 8, 1, 1, 1, 1, 999, 0",
        "5, 10, 2, 0, 5, 1, 999, 0",
        "6, 12, 2, 2, 6, 1, 0, 0",
        "32, 64, 4, 1, 32, 1, 999, 0.05"
    })
    void chooses(int ranks, int experts, int sources, int slots, int domain, int least, int most, double tolerance)
            throws Exception {
        for (int round = 0; round < 4; round++) {
            ReplicaSettings settings = ReplicaSettings.builder(shuffled(ranks, experts), slots)
                    .domain(domain)
                    .minTokens(least)
                    .maxReplicas(most)
                    .tolerance(tolerance)
                    .notReplicated(random.nextInt(experts))
                    .build();
            int[] counts = counts(sources, experts, round);
            int[] active = new int[ranks + 1];
            Arrays.fill(active, 0, ranks, 1);
            active[ranks] = RUN;
            if (round == 3 && ranks > 1) {
                active[random.nextInt(ranks)] = 0;
            }
            IntArray out = run(settings, sources, counts, active);
            check(settings, counts, active, out);
        }
    }

    private ExpertPlacement shuffled(int ranks, int experts) {
        int[] phy2log = new int[experts];
        Arrays.setAll(phy2log, e -> e);
        for (int k = experts - 1; k > 0; k--) {
            int other = random.nextInt(k + 1);
            int expert = phy2log[k];
            phy2log[k] = phy2log[other];
            phy2log[other] = expert;
        }
        return ExpertPlacement.of(ranks, ranks, experts, phy2log);
    }

    /** Uniform, log-normal, one hot expert, and nothing but one expert. */
    private int[] counts(int sources, int experts, int kind) {
        int[] counts = new int[sources * experts];
        int hot = random.nextInt(experts);
        double[] weight = new double[experts];
        Arrays.setAll(weight, e -> kind == 0 ? 1 : Math.exp(random.nextGaussian()));
        if (kind == 2) {
            weight[hot] += experts;
        }
        for (int k = 0; k < counts.length; k++) {
            int e = k % experts;
            counts[k] = kind == 3 && e != hot ? 0 : (int) (100 * weight[e] * random.nextDouble());
        }
        return counts;
    }

    private static IntArray run(ReplicaSettings settings, int sources, int[] counts, int[] active) throws Exception {
        int ranks = settings.ranks();
        int experts = settings.experts();
        int home = settings.homeSlots();
        IntArray sizes = new IntArray(ReplicaSizes.COUNT);
        sizes.set(ReplicaSizes.RANKS, ranks);
        sizes.set(ReplicaSizes.EXPERTS, experts);
        sizes.set(ReplicaSizes.SOURCES, sources);
        sizes.set(ReplicaSizes.HOME_SLOTS, home);
        sizes.set(ReplicaSizes.SPARE_SLOTS, settings.spareSlots());
        sizes.set(ReplicaSizes.LEAST_TOKENS, (int) settings.minTokens());
        sizes.set(ReplicaSizes.MAX_REPLICAS, settings.maxReplicas());
        sizes.set(ReplicaSizes.DOMAIN, settings.domain());
        sizes.set(ReplicaSizes.TOLERANCE, (int) Math.round(settings.tolerance() * 1e6));
        sizes.set(ReplicaSizes.PLACES, ReplicaSizes.places(home));
        sizes.set(ReplicaSizes.PARTS, ReplicaSizes.parts(experts));
        IntArray table = new IntArray(2 * experts);
        for (int e = 0; e < experts; e++) {
            int slot = settings.homeSlot(e);
            int place = settings.homeRank(e) * ReplicaSizes.places(home) + slot % settings.slotsPerRank();
            table.set(e, settings.isReplicated(e) ? place : -1 - place);
            table.set(experts + e, slot);
        }
        IntArray out = new IntArray(
                ReplicaOutput.length(ranks, settings.slotsPerRank(), experts, ranks * settings.spareSlots()));
        out.init(-7);
        IntArray in = IntArray.fromArray(counts);
        IntArray mask = IntArray.fromArray(active);
        TaskGraph graph = new TaskGraph("replicas")
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, sizes, table, in, mask, out)
                .task("choose", ReplicaKernels::choose, new KernelContext(), sizes, table, in, mask, out)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, out);
        GridScheduler grids = new GridScheduler();
        grids.addWorkerGrid("replicas.choose", grid(1, ReplicaKernels.THREADS));
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
            plan.withGridScheduler(grids).execute();
        }
        return out;
    }

    private static WorkerGrid1D grid(int groups, int threads) {
        WorkerGrid1D grid = new WorkerGrid1D(groups * threads);
        grid.setLocalWork(threads, 1, 1);
        return grid;
    }

    private static void check(ReplicaSettings settings, int[] counts, int[] active, IntArray out) {
        int ranks = settings.ranks();
        int experts = settings.experts();
        int perRank = settings.slotsPerRank();
        int spare = ranks * settings.spareSlots();
        assertEquals(RUN, out.get(ReplicaOutput.RUN));
        assertEquals(ReplicaKernels.THREADS, out.get(ReplicaOutput.THREADS));
        long[] total = new long[experts];
        for (int k = 0; k < counts.length; k++) {
            total[k % experts] += counts[k];
        }
        long[] load = new long[ranks];
        long uncovered = 0;
        int copies = 0;
        for (int e = 0; e < experts; e++) {
            int first = out.get(ReplicaOutput.first(ranks, perRank) + e);
            int end = out.get(ReplicaOutput.first(ranks, perRank) + e + 1);
            long sum = 0;
            for (int k = first; k < end; k++) {
                int slot = out.get(ReplicaOutput.slot(ranks, perRank, experts) + k);
                int quota = out.get(ReplicaOutput.quota(ranks, perRank, experts, spare) + k);
                assertEquals(e, out.get(ReplicaOutput.table() + slot));
                sum += quota;
                load[slot / perRank] += quota;
                if (k == first) {
                    assertEquals(settings.homeSlot(e), slot);
                    continue;
                }
                assertTrue(quota >= settings.minTokens() && settings.isReplicated(e) && active[slot / perRank] == 1);
                assertEquals(settings.homeRank(e) / settings.domain(), slot / perRank / settings.domain());
                assertTrue(k == first + 1 || slot > out.get(ReplicaOutput.slot(ranks, perRank, experts) + k - 1));
                assertTrue(slot % perRank >= settings.homeSlots());
                copies++;
            }
            boolean covered = active[settings.homeRank(e)] == 1;
            assertEquals(covered ? total[e] : 0, sum, "tokens of expert " + e);
            uncovered += covered ? 0 : total[e];
        }
        assertEquals(copies, out.get(ReplicaOutput.REPLICAS));
        assertEquals(uncovered, out.get(ReplicaOutput.UNCOVERED));
        requireCopies(settings, out, copies);
        for (int r = 0; r < ranks; r++) {
            assertEquals(load[r], out.get(ReplicaOutput.rankLoad(ranks, perRank) + r), "load of rank " + r);
        }
        assertEquals(Arrays.stream(load).max().orElse(0), out.get(ReplicaOutput.MAX_LOAD));
        againstCpu(settings, total, active, out);
    }

    private static void requireCopies(ReplicaSettings settings, IntArray out, int copies) {
        int ranks = settings.ranks();
        int spare = ranks * settings.spareSlots();
        int at = ReplicaOutput.copies(ranks, settings.slotsPerRank(), settings.experts(), spare);
        int last = -1;
        for (int k = 0; k < copies; k++) {
            int expert = out.get(at + k);
            int target = out.get(at + 2 * spare + k);
            assertEquals(settings.homeSlot(expert), out.get(at + spare + k), "source of copy " + k);
            assertEquals(expert, out.get(ReplicaOutput.table() + target));
            assertTrue(target > last, "targets rise");
            last = target;
        }
    }

    private static void againstCpu(ReplicaSettings settings, long[] total, int[] active, IntArray out) {
        ReplicaPlan plan = new ReplicaPlan(settings);
        new ReplicaPlanner(settings)
                .plan(
                        total,
                        Arrays.stream(active, 0, settings.ranks())
                                .asDoubleStream()
                                .toArray(),
                        null,
                        plan);
        assertEquals(plan.identityMaxLoad(), out.get(ReplicaOutput.IDENTITY));
        int bound = out.get(ReplicaOutput.LOWER_BOUND);
        assertTrue(bound <= plan.lowerBound(), bound + " above " + plan.lowerBound());
        int max = out.get(ReplicaOutput.MAX_LOAD);
        assertTrue(max >= plan.lowerBound() && max <= plan.identityMaxLoad(), max + " against " + plan);
        if (plan.maxLoad() <= bound * (1 + settings.tolerance()) && settings.spareSlots() > 0 && total.length >= 64) {
            assertTrue(max <= 1.1 * bound * (1 + settings.tolerance()), max + " against " + plan);
        }
    }
}
