// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.program;

/** Places of the numbers in the input and the output of a solver on the device, as elements of 4 bytes. */
public interface SolveLayout {

    /** Returns where the input has the fixed load of a rank. */
    int fixedAt(int group, int rank);

    /** Returns where the input has the load of an item. */
    int loadAt(int group, int item);

    /**
     * Returns where the input has the number of groups, or -1 if nowhere. It is written on the device: TornadoVM does not
     * copy an array there whose first task only writes to it.
     */
    int countAt();

    /** Returns where the output has the share of an entry. */
    int shareAt(int group, int entry);

    /** Returns where the output has the lower bound of a group. */
    int boundAt(int group);

    /** Returns where the output has the status of a group. */
    int statusAt(int group);

    /** Returns where the output has the number of threads that the solver found itself run with. */
    int threadsAt(int group);
}
