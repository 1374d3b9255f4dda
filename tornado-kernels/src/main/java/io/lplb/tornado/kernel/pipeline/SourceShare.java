// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.pipeline;

import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * One source's part of the quotas of an expert's replicas, by one thread: the row of the transportation problem that {@link
 * io.lplb.quota.SourceQuotas} solves, with the same numbers, but computed without stepping through the other rows.
 *
 * <p>Tokens stay on their source first, then on their node. Within each of the three levels sources and replicas are matched
 * in their order (the north-west corner rule). Laid end to end, what the sources have left and what the replicas have left are
 * intervals of the same line, and a source sends a replica the length that both have in common:
 *
 * <pre>
 *   sources    |   0   |  1  |      2      |
 *   replicas   |     0    |       1        |      source 1 sends 2 tokens to replica 0 and 4 to replica 1
 * </pre>
 *
 * <p>So only sums of what was left before are needed. The first level leaves a source {@code max(0, tokens - quotas of its
 * own replicas)}, and each later one takes a prefix of the line.
 *
 * <pre>
 *   scratch   | before [sources + 1] | left [most replicas] |    of the expert, [..][experts]
 *             what the sources before this one have left after the first level; what a replica has left then
 * </pre>
 */
public final class SourceShare {
    private SourceShare() {}

    static void take(
            int experts,
            int width,
            int sources,
            int self,
            int perNode,
            int expert,
            IntArray all,
            IntArray table,
            IntArray strides,
            IntArray plan,
            IntArray scratch,
            IntArray own) {
        int at = expert * width;
        int row = SourceLayout.row(experts);
        int from = table.get(expert);
        int replicas = table.get(expert + 1) - from;
        int sourceAt = experts + 1 + from;
        int nodeAt = sourceAt + table.get(experts);
        int n = plan.get(at + 1);
        int supply = all.get(self * row + expert);
        int leftAt = (sources + 1) * experts + expert;
        int ownNode = self / TornadoMath.max(perNode, 1);
        leaveOfReplicas(replicas, at, n, row, experts, expert, sourceAt, leftAt, all, table, plan, scratch);
        leaveOfSources(sources, replicas, at, n, row, experts, expert, sourceAt, all, table, plan, scratch);
        int nodeFrom = ownNode * perNode;
        int nodeBefore = scratch.get(nodeFrom * experts + expert);
        int before = scratch.get(self * experts + expert) - nodeBefore;
        int left = scratch.get((self + 1) * experts + expert) - nodeBefore - before;
        int matched = TornadoMath.min(
                leftOfNode(ownNode, perNode, sources, experts, expert, scratch),
                demandOfNode(ownNode, replicas, nodeAt, leftAt, experts, table, scratch));
        int last = left - TornadoMath.max(0, TornadoMath.min(left, matched - before));
        int lastBefore = TornadoMath.max(0, before - matched);
        for (int m = 0; m < ownNode; m++) {
            int rest = leftOfNode(m, perNode, sources, experts, expert, scratch)
                    - demandOfNode(m, replicas, nodeAt, leftAt, experts, table, scratch);
            lastBefore += TornadoMath.max(0, rest);
        }
        // A source without tokens of the expert keeps everybody's plan, for a later round that may be missed.
        boolean mine = supply > 0;
        own.set(at, mine ? strides.get(supply) : plan.get(at));
        own.set(at + 1, mine ? supply : n);
        int sum = 0;
        int laid = 0;
        for (int k = 0; k < width - PipelineLayout.PLAN_BOUND; k++) {
            int replica = TornadoMath.min(k, replicas - 1);
            int node = table.get(nodeAt + replica);
            int quota = demand(replica, replicas, at, n, plan);
            int rest = scratch.get(leftAt + replica * experts);
            int start = demandOfNode(node, replica, nodeAt, leftAt, experts, table, scratch);
            int taken = TornadoMath.min(
                    leftOfNode(node, perNode, sources, experts, expert, scratch),
                    demandOfNode(node, replicas, nodeAt, leftAt, experts, table, scratch));
            int onLast = rest - TornadoMath.max(0, TornadoMath.min(rest, taken - start));
            sum += table.get(sourceAt + replica) == self ? quota - rest : 0;
            sum += node == ownNode ? common(before, left, start, rest) : 0;
            sum += common(lastBefore, last, laid, onLast);
            laid += onLast;
            int bound = mine ? sum : plan.get(at + PipelineLayout.PLAN_BOUND + k);
            own.set(at + PipelineLayout.PLAN_BOUND + k, k < replicas - 1 ? bound : Integer.MAX_VALUE);
        }
    }

    /** Each replica's quota after the first level. */
    private static void leaveOfReplicas(
            int replicas,
            int at,
            int n,
            int row,
            int experts,
            int expert,
            int sourceAt,
            int leftAt,
            IntArray all,
            IntArray table,
            IntArray plan,
            IntArray scratch) {
        for (int k = 0; k < replicas; k++) {
            int source = table.get(sourceAt + k);
            int earlier = 0;
            for (int j = 0; j < k; j++) {
                earlier += table.get(sourceAt + j) == source ? demand(j, replicas, at, n, plan) : 0;
            }
            int quota = demand(k, replicas, at, n, plan);
            int filled = TornadoMath.max(0, TornadoMath.min(quota, all.get(source * row + expert) - earlier));
            scratch.set(leftAt + k * experts, quota - filled);
        }
    }

    /** Each source's tokens after the first level, as running sums. */
    private static void leaveOfSources(
            int sources,
            int replicas,
            int at,
            int n,
            int row,
            int experts,
            int expert,
            int sourceAt,
            IntArray all,
            IntArray table,
            IntArray plan,
            IntArray scratch) {
        int sum = 0;
        for (int s = 0; s < sources; s++) {
            int quotas = 0;
            for (int k = 0; k < replicas; k++) {
                quotas += table.get(sourceAt + k) == s ? demand(k, replicas, at, n, plan) : 0;
            }
            scratch.set(s * experts + expert, sum);
            sum += TornadoMath.max(0, all.get(s * row + expert) - quotas);
        }
        scratch.set(sources * experts + expert, sum);
    }

    /** Quota of a replica: its bounds' difference. */
    private static int demand(int replica, int replicas, int at, int n, IntArray plan) {
        int bound = at + PipelineLayout.PLAN_BOUND + replica;
        int upper = replica < replicas - 1 ? plan.get(bound) : n;
        int lower = replica > 0 ? plan.get(bound - 1) : 0;
        return upper - lower;
    }

    private static int leftOfNode(int node, int perNode, int sources, int experts, int expert, IntArray scratch) {
        int to = TornadoMath.min(sources, (node + 1) * perNode);
        return scratch.get(to * experts + expert) - scratch.get(node * perNode * experts + expert);
    }

    /** Tokens that replicas before one have left on a node. */
    private static int demandOfNode(
            int node, int end, int nodeAt, int leftAt, int experts, IntArray table, IntArray scratch) {
        int sum = 0;
        for (int k = 0; k < end; k++) {
            sum += table.get(nodeAt + k) == node ? scratch.get(leftAt + k * experts) : 0;
        }
        return sum;
    }

    /** Length that two intervals have in common, each given by its start and its length. */
    private static int common(int a, int aLength, int b, int bLength) {
        int from = TornadoMath.max(a, b);
        int to = TornadoMath.min(a + aLength, b + bLength);
        return TornadoMath.max(0, to - from);
    }
}
