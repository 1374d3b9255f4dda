// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.topology;

/**
 * Recommendation of {@link TopologyAdvisor} with its reason.
 *
 * @param topology the topology, of one group of ranks
 * @param groups number of groups of consecutive ranks, which share no expert; the topology holds inside each
 * @param expertsPerVariable experts of a rank that share a set of copies: replica slots over the topology's replica
 *     sets
 * @param reason why this topology, in one or two sentences
 * @param general when a placement without a topology is the better choice
 */
public record TopologyAdvice(
        ReplicaTopology topology, int groups, int expertsPerVariable, String reason, GeneralPlacement general) {

    /**
     * When to prefer a general placement (EPLB's: any number of replicas of an expert on any ranks, with the exact
     * split of each batch) to the recommended topology. Figures: mean of max/mean over 58 real layers, 32 ranks, 2
     * replica slots a rank, exact split.
     */
    public enum GeneralPlacement {
        /** Every rank's copies already reach all ranks of the only group: a general placement can add little. */
        NOT_NEEDED("the topology joins every two ranks directly; a general placement can add little"),
        /**
         * On loads as in the history a general placement is better (1.001 to the torus's 1.010), after a shift of the
         * loads worse (1.158 to 1.062).
         */
        IF_LOADS_ARE_STEADY("better than one wide topology while loads stay as in the history (1.001 to 1.010), worse"
                + " once they shift (1.158 to 1.062)"),
        /**
         * With several groups a general placement is better wherever groups differ in load (1.001 to the cube's 1.67).
         */
        IF_GROUPS_DIFFER("better than several groups wherever these differ in load, which no group can pass on"
                + " (1.001 to 1.67 for cubes on 32 ranks)");

        private final String reason;

        GeneralPlacement(String reason) {
            this.reason = reason;
        }

        /** {@return the reason, a sentence without its full stop} */
        public String reason() {
            return reason;
        }
    }
}
