// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.program;

import io.lplb.tornado.kernel.pipeline.PipelineSizes;

/**
 * The processes that make a plan together, each with a device of its own. A source stands for as many consecutive ranks of the
 * placement as there are ranks per source: its tokens come from there, and replicas there are its own.
 *
 * @param sources number of processes, at least 1
 * @param self number of this one, from 0
 * @param perNode consecutive sources that share a node, at least 1
 */
public record SourceGroup(int sources, int self, int perNode) {

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public SourceGroup {
        require("sources", sources, 1, PipelineSizes.MAX_SOURCES);
        require("self", self, 0, sources - 1);
        require("sources of a node", perNode, 1, PipelineSizes.MAX_SOURCES);
    }

    private static void require(String what, int got, int least, int most) {
        if (got < least || got > most) {
            throw new IllegalArgumentException(what + ": got " + got + ", expected " + least + ".." + most);
        }
    }

    /**
     * Computes the number of ranks that a source stands for.
     *
     * @param ranks of the placement
     * @return ranks per source
     * @throws IllegalArgumentException if the sources cannot have equally many
     */
    public int ranksPerSource(int ranks) {
        if (ranks % sources != 0) {
            throw new IllegalArgumentException(
                    "sources: got " + sources + ", expected a divisor of the placement's " + ranks + " ranks");
        }
        return ranks / sources;
    }

    /** Returns the source of a rank. */
    int sourceOf(int rank, int ranks) {
        return rank / ranksPerSource(ranks);
    }
}
