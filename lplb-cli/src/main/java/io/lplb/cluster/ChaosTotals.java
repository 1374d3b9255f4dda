// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cluster;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Totals of a {@link ChaosRun}. Tokens that a process routed between its last report and its end are not among them.
 *
 * <p>Not thread-safe.
 */
public final class ChaosTotals {
    private final List<ChaosFault> faults = new ArrayList<>();
    private final List<MemoryUse> memory = new ArrayList<>();
    private long tokens;
    private long lost;
    private long wrongSlots;
    private long noRank;

    void add(ChaosFault fault) {
        faults.add(fault);
    }

    void addMemory(MemoryUse use) {
        memory.add(use);
    }

    /** Adds what a process has done. */
    void add(RankResult result) {
        tokens += result.tokens();
        lost += result.lost();
        wrongSlots += result.invalid();
        noRank += result.uncovered();
    }

    /** Returns whether no token was lost or went to a wrong slot. */
    public boolean isClean() {
        return lost == 0 && wrongSlots == 0;
    }

    /** Returns the totals as names and values, for JSON. */
    public Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("faults", faults);
        fields.put("tokens", tokens);
        fields.put("tokensLost", lost);
        fields.put("wrongSlots", wrongSlots);
        fields.put("tokensWithoutRank", noRank);
        fields.put("roundsToAgreementMedian", rounds(0.5));
        fields.put("roundsToAgreementMax", rounds(1));
        fields.put("memoryAfterFirstFault", memory.get(0));
        fields.put("memoryAfterLastFault", memory.get(memory.size() - 1));
        return fields;
    }

    private long rounds(double part) {
        long[] sorted = faults.stream().mapToLong(ChaosFault::rounds).sorted().toArray();
        return sorted[(int) Math.ceil(part * sorted.length) - 1];
    }

    /** Returns the totals as text, each line with a line feed. */
    public String text() {
        StringBuilder text = new StringBuilder();
        for (ChaosFault fault : faults) {
            text.append(String.format(
                    Locale.ROOT,
                    "%-8s rank %d, %5d ms: agreed again in %d rounds%n",
                    fault.kind().id(),
                    fault.rank(),
                    fault.millis(),
                    fault.rounds()));
        }
        MemoryUse first = memory.get(0);
        MemoryUse last = memory.get(memory.size() - 1);
        text.append(String.format(
                Locale.ROOT,
                "tokens:    %d routed, %d lost, %d to a wrong slot; %d had no active rank with their expert%n"
                        + "agreement: %d rounds after a fault in the median, %d at most%n"
                        + "memory:    after the first fault %s%n           after the last %s%n",
                tokens,
                lost,
                wrongSlots,
                noRank,
                rounds(0.5),
                rounds(1),
                textOf(first),
                textOf(last)));
        return text.toString();
    }

    private static String textOf(MemoryUse use) {
        return String.format(
                Locale.ROOT,
                "%d KiB of /dev/shm in %d folders of drivers, %d KiB resident in the largest process",
                use.sharedKib(),
                use.folders(),
                use.residentKib());
    }
}
