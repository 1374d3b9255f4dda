// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cluster;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * One fault of a {@link ChaosRun} and what came of it.
 *
 * @param kind what happened
 * @param rank to which rank
 * @param millis for how long
 * @param round round of another rank when the fault was over
 * @param rounds rounds from there until all ranks agreed again
 */
public record ChaosFault(Kind kind, int rank, long millis, long round, long rounds) {

    /** Kinds of faults of a rank. */
    public enum Kind {
        /** The process is killed and started again. */
        KILL,
        /** The process is stopped by the system and goes on. */
        STOP,
        /** The process leaves and is started again. */
        RESTART,
        /** The process is killed and started again with a clock that is wrong by up to an hour. */
        SKEW;

        /** Returns the names of all kinds, as on a command line. */
        public static List<String> names() {
            return Arrays.stream(values()).map(Kind::id).toList();
        }

        /**
         * Returns the kinds of some names.
         *
         * @throws IllegalArgumentException if there is no such kind
         */
        public static List<Kind> named(List<String> names) {
            List<Kind> kinds = new ArrayList<>();
            for (String name : names) {
                kinds.add(Arrays.stream(values())
                        .filter(kind -> kind.id().equals(name))
                        .findFirst()
                        .orElseThrow(() ->
                                new IllegalArgumentException("kinds: got " + name + ", expected some of " + names())));
            }
            return kinds;
        }

        String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
