// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.nccl;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Sources of a group as threads of the test, which learns of what fails in any of them. */
final class EverySource {
    private EverySource() {}

    /** What a source does. */
    @FunctionalInterface
    interface Task {
        void run(int self) throws Exception;
    }

    /** Runs a thread for each source, and waits for all. */
    static void run(int sources, Task task) {
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int s = 0; s < sources; s++) {
            int self = s;
            CompletableFuture<Void> done = new CompletableFuture<>();
            Thread thread = new Thread(
                    () -> {
                        try {
                            task.run(self);
                            done.complete(null);
                        } catch (Exception | AssertionError e) {
                            done.completeExceptionally(e);
                        }
                    },
                    "source " + s);
            thread.setDaemon(true);
            thread.start();
            all.add(done);
        }
        all.forEach(CompletableFuture::join);
    }
}
