// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import io.lplb.problem.MinMaxBatch;
import io.lplb.solver.SplitBatch;
import io.lplb.tornado.program.ProblemTables;
import org.jspecify.annotations.Nullable;

/**
 * Takes the answers of a launch over into a {@link SplitBatch}, block by block: {@link AnswerReader} does, one for each
 * thread of the {@link HostWorkers} that helps with large batches. The result for a group does not depend on the thread that took
 * it.
 *
 * <p>Not thread-safe: an instance is a workspace, for one launch at a time.
 */
final class DeviceAnswers {
    private final ProblemTables tables;
    private final double tolerance;
    private final HostWorkers.Job taking = this::takeBlock;
    private AnswerReader[] readers;
    private @Nullable PackedGroups answered;
    private @Nullable MinMaxBatch batch;
    private @Nullable SplitBatch split;
    private int first;

    /** @param tolerance gap at which an answer counts as OPTIMAL, as a fraction of the mean load */
    DeviceAnswers(ProblemTables tables, double tolerance) {
        this.tables = tables;
        this.tolerance = tolerance;
        readers = readers(1);
    }

    private AnswerReader[] readers(int count) {
        AnswerReader[] result = new AnswerReader[count];
        for (int k = 0; k < count; k++) {
            result[k] = new AnswerReader(tables, tolerance);
        }
        return result;
    }

    /** Takes all groups that were packed last over as the batch's from {@code firstGroup} on. */
    void takeAll(PackedGroups from, MinMaxBatch of, int firstGroup, SplitBatch to) {
        if (readers.length < from.workers()) {
            readers = readers(from.workers());
        }
        answered = from;
        batch = of;
        first = firstGroup;
        split = to;
        from.run(taking);
        answered = null;
        batch = null;
        split = null;
    }

    private void takeBlock(int worker, int block) {
        PackedGroups from = answered;
        MinMaxBatch of = batch;
        SplitBatch to = split;
        if (from == null || of == null || to == null) {
            return;
        }
        int start = from.blockStart(block);
        readers[worker].take(from, start, from.blockEnd(block), of, first + start, to);
    }

    /** Takes one group of a launch over as the batch's group. */
    void take(PackedGroups from, int launched, MinMaxBatch of, int group, SplitBatch to) {
        readers[0].take(from, launched, launched + 1, of, group, to);
    }

    /** The answer of a group without items: there is nothing to split. */
    void takeFixed(MinMaxBatch of, int group, SplitBatch to) {
        readers[0].takeFixed(of, group, to);
    }
}
