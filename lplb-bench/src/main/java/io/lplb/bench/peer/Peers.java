// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.peer;

import io.lplb.problem.MinMaxProblem;
import java.util.List;

/** The peers by name. */
public final class Peers {
    private static final List<String> PROGRAMS =
            List.of("glop", "glop-reused", "ojalgo", "ojalgo-reused", "hipparchus");
    private static final List<String> GREEDY = List.of(WaterFillingPeer.NAME, PairwisePeer.NAME);

    private Peers() {}

    /** Returns the names of the general solvers of linear programs. */
    public static List<String> programs() {
        return PROGRAMS;
    }

    /** Returns the names of the greedy rules, which do not look for the optimum. */
    public static List<String> greedy() {
        return GREEDY;
    }

    /**
     * Makes a peer.
     *
     * @param name one of {@link #programs()} or {@link #greedy()}
     * @throws IllegalArgumentException if there is no peer of that name
     */
    public static Peer create(String name, MinMaxProblem problem) {
        return switch (name) {
            case "glop" -> new GlopPeer(problem, false);
            case "glop-reused" -> new GlopPeer(problem, true);
            case "ojalgo" -> new OjAlgoPeer(problem, false);
            case "ojalgo-reused" -> new OjAlgoPeer(problem, true);
            case "hipparchus" -> new HipparchusPeer(problem);
            case WaterFillingPeer.NAME -> new WaterFillingPeer(problem);
            case PairwisePeer.NAME -> new PairwisePeer(problem);
            default ->
                throw new IllegalArgumentException(
                        "peer: got '" + name + "', expected one of " + PROGRAMS + " or " + GREEDY);
        };
    }
}
