// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.quota;

/**
 * Numbering of replicas: those of an expert stand together, its original first, and every replica has a physical slot.
 *
 * <pre>
 *   replicas of expert e   firstReplica(e) .. firstReplica(e + 1) - 1
 * </pre>
 *
 * <p>The layout of a placement is fixed. One that is chosen per batch changes with every plan, within the sizes given here.
 */
public interface ReplicaLayout {
    /** {@return whether the layout never changes} */
    boolean isFixed();

    /** {@return the largest number of replicas of all experts together: the length of arrays of quotas} */
    int capacity();

    /** {@return the largest number of replicas of one expert} */
    int mostReplicas();

    /** {@return the number of physical slots of all ranks} */
    int physicalExperts();

    /**
     * {@return the first replica of an expert; {@code expert} may be the number of experts, which gives the end}
     *
     * @param expert from 0 to the number of experts
     */
    int firstReplica(int expert);

    /**
     * {@return the physical slot of a replica}
     *
     * @param replica from 0 to {@code firstReplica(experts) - 1}
     */
    int slot(int replica);

    /**
     * {@return the rank of a physical slot}
     *
     * @param slot from 0 to {@code physicalExperts - 1}
     */
    int rankOf(int slot);
}
