// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.experts;

/** Places of the run-time sizes of {@link ExpertKernels} in their array. */
public final class ExpertSizes {
    /** Elements of a token. */
    public static final int HIDDEN = 0;

    /** Elements between an expert's two products. */
    public static final int INTERMEDIATE = 1;

    /** Number of experts. */
    public static final int EXPERTS = 2;

    /** Experts per token. */
    public static final int TOP_K = 3;

    /** 1 if the weights of a token's experts add up to 1, 0 if those of all experts do. */
    public static final int NORMALISED = 4;

    /** Number of tokens; 0 combines nothing. */
    public static final int TOKENS = 5;

    /** First row tile of the run. */
    public static final int FIRST_TILE = 6;

    /** Row tiles of the run: those of one rank, or of all. */
    public static final int ROW_TILES = 7;

    /** Number of physical slots. */
    public static final int SLOTS = 8;

    /** Length of the array. */
    public static final int COUNT = 9;

    private ExpertSizes() {}
}
