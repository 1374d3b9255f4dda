// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replica;

import io.lplb.quota.ReplicaLayout;
import java.util.Arrays;

/**
 * Replicas chosen for one batch: what every physical slot holds, how many tokens it takes, which weights must be copied, and
 * a lower bound on the largest load of any choice. A {@link ReplicaPlanner} overwrites it with every plan.
 *
 * <pre>
 *   replicas of expert e   firstReplica(e) .. firstReplica(e + 1) - 1: its home slot first, then spare slots by number
 *   slot(k), quota(k)      physical slot and whole tokens of replica k; an expert's quotas sum to its count
 *   expertIn(slot)         expert whose weights a physical slot holds in this batch; -1 for an empty spare slot
 * </pre>
 *
 * <p>A spare slot may keep weights of an earlier batch without taking tokens. Loads are tokens / speed.
 *
 * <p>Not thread-safe.
 */
public final class ReplicaPlan implements ReplicaLayout {
    final int slotsPerRank;
    final int mostReplicas;
    final int[] slotTable;
    final int[] firstReplica;
    final int[] slot;
    final long[] quota;
    final long[] rankLoad;
    final boolean[] covered;
    final int[] copyExpert;
    final int[] copySource;
    final int[] copyTarget;
    int copies;
    int replicas;
    double maxLoad;
    double identityMaxLoad;
    double lowerBound;
    Binding binding = Binding.MEAN;
    long tokens;
    double meanLoad;
    long uncoveredTokens;

    /**
     * A plan without tokens.
     *
     * @param settings those of the planner that will fill it
     */
    public ReplicaPlan(ReplicaSettings settings) {
        slotsPerRank = settings.slotsPerRank();
        mostReplicas = settings.spareSlots() == 0 ? 1 : settings.domain();
        slotTable = new int[settings.physicalExperts()];
        int spare = settings.ranks() * settings.spareSlots();
        int most = settings.experts() + spare;
        firstReplica = new int[settings.experts() + 1];
        slot = new int[most];
        quota = new long[most];
        rankLoad = new long[settings.ranks()];
        covered = new boolean[settings.experts()];
        copyExpert = new int[spare];
        copySource = new int[spare];
        copyTarget = new int[spare];
        Arrays.fill(slotTable, -1);
        Arrays.fill(covered, true);
        for (int e = 0; e < settings.experts(); e++) {
            slotTable[settings.homeSlot(e)] = e;
            firstReplica[e + 1] = e + 1;
            slot[e] = settings.homeSlot(e);
        }
    }

    @Override
    public boolean isFixed() {
        return false;
    }

    @Override
    public int capacity() {
        return slot.length;
    }

    @Override
    public int mostReplicas() {
        return mostReplicas;
    }

    @Override
    public int physicalExperts() {
        return slotTable.length;
    }

    /**
     * {@return the expert whose weights a physical slot holds, or -1 for an empty spare slot}
     *
     * @param physical from 0 to {@code physicalExperts - 1}
     */
    public int expertIn(int physical) {
        return slotTable[physical];
    }

    /**
     * Copies the slot table, the state that the next batch starts from.
     *
     * @param to {@code [physicalExperts]}, overwritten
     */
    public void copySlotTable(int[] to) {
        System.arraycopy(slotTable, 0, to, 0, slotTable.length);
    }

    @Override
    public int firstReplica(int expert) {
        return firstReplica[expert];
    }

    @Override
    public int slot(int replica) {
        return slot[replica];
    }

    /**
     * {@return the tokens of a replica}
     *
     * @param replica from 0 to {@code firstReplica(experts) - 1}
     */
    public long quota(int replica) {
        return quota[replica];
    }

    @Override
    public int rankOf(int physical) {
        return physical / slotsPerRank;
    }

    /**
     * Copies the tokens of all replicas.
     *
     * @param to {@code [capacity]}; {@code firstReplica(experts)} values are written from its start
     */
    public void copyQuotas(long[] to) {
        System.arraycopy(quota, 0, to, 0, firstReplica[firstReplica.length - 1]);
    }

    /** {@return the number of spare slots that take tokens} */
    public int replicas() {
        return replicas;
    }

    /** {@return the number of weight copies: spare slots with tokens whose weights are not present} */
    public int copies() {
        return copies;
    }

    /**
     * {@return the expert of a weight copy}
     *
     * @param copy from 0 to {@code copies - 1}; copies are ordered by target slot
     */
    public int copyExpert(int copy) {
        return copyExpert[copy];
    }

    /**
     * {@return the physical slot that a weight copy is read from}
     *
     * @param copy from 0 to {@code copies - 1}
     */
    public int copySource(int copy) {
        return copySource[copy];
    }

    /**
     * {@return the physical slot that a weight copy is written to}
     *
     * @param copy from 0 to {@code copies - 1}
     */
    public int copyTarget(int copy) {
        return copyTarget[copy];
    }

    /** {@return the largest load of a rank under the plan} */
    public double maxLoad() {
        return maxLoad;
    }

    /** {@return the largest load if no replica took tokens} The plan is never worse. */
    public double identityMaxLoad() {
        return identityMaxLoad;
    }

    /** {@return the mean load: all routed tokens / all speeds} */
    public double meanLoad() {
        return meanLoad;
    }

    /** {@return {@code maxLoad / meanLoad}; 1 for a batch without tokens} */
    public double imbalance() {
        return meanLoad > 0 ? maxLoad / meanLoad : 1;
    }

    /** {@return a load that no choice of replicas under the limits of the settings can stay below} */
    public double lowerBound() {
        return lowerBound;
    }

    /** {@return the limit that gives the lower bound} */
    public Binding binding() {
        return binding;
    }

    /** {@return {@code maxLoad - lowerBound}: how far from the best choice the plan can be} */
    public double gap() {
        return maxLoad - lowerBound;
    }

    /** {@return the tokens of experts with an active host} */
    public long tokens() {
        return tokens;
    }

    /** {@return the tokens of experts without an active host; they are not routed} */
    public long uncoveredTokens() {
        return uncoveredTokens;
    }

    /**
     * {@return whether an expert has an active host}
     *
     * @param expert from 0 to the number of experts - 1
     */
    public boolean isCovered(int expert) {
        return covered[expert];
    }

    /**
     * {@return the tokens of a rank}
     *
     * @param rank from 0 to {@code ranks - 1}
     */
    public long rankLoad(int rank) {
        return rankLoad[rank];
    }

    @Override
    public String toString() {
        return "ReplicaPlan[tokens=" + tokens + ", replicas=" + replicas + ", copies=" + copies + ", maxLoad=" + maxLoad
                + ", lowerBound=" + lowerBound + ", binding=" + binding.label() + "]";
    }
}
