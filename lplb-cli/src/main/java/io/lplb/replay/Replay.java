// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import io.lplb.policy.Policies;
import io.lplb.policy.PolicySetup;
import io.lplb.trace.Trace;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Replays a trace against several policies, step by step: every layer has its own placements from its history, and in every step each policy
 * divides each layer's batch. Steps are read in blocks, the layers of a block divided among threads; a policy plans on one thread.
 *
 * <p>Memory holds one block and the placements, whatever the trace's length. Not thread-safe.
 */
public final class Replay implements AutoCloseable {
    /** Steps that a layer's policies divide one after the other. */
    private static final int BLOCK = 16;

    /** Counts and loads of a block at most, if it has more than one step. */
    private static final long BLOCK_CELLS = 1 << 21;

    private final PolicySetup setup;
    private final List<Policies> policies;
    private final Trace trace;
    private final ReplayHistory history;
    private final ReplayOptions options;
    private final LayerReplay[] layers;
    private final List<Tally> tallies = new ArrayList<>();
    private final ExecutorService pool;
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final AtomicLong busyNanos = new AtomicLong();
    private final AtomicLong wallNanos = new AtomicLong();
    private final int measured;
    private final double[][] loads;
    private final long[][][] counts;
    private final long[][][] sourceCounts;
    private final PlayedBatch[][] played;
    private int updates;

    /** Receives every batch after it was divided, on the thread of the replay, layer by layer. */
    @FunctionalInterface
    public interface Observer {
        /**
         * Takes a batch.
         *
         * @param step from 0, of the measured steps
         * @param layer from 0
         * @param batch figures of the batch
         */
        void batch(int step, int layer, PlayedBatch batch) throws IOException;
    }

    /**
     * Prepares a replay: makes all placements.
     *
     * @param trace closed by the caller; its experts are those of the setup
     * @throws IllegalArgumentException if a policy does not fit the sizes or no step is left to measure
     * @throws IOException if the trace cannot be read
     */
    public Replay(PolicySetup setup, List<Policies> policies, Trace trace, ReplayHistory history, ReplayOptions options)
            throws IOException {
        this.setup = setup;
        this.policies = List.copyOf(policies);
        this.trace = trace;
        this.history = history;
        this.options = options;
        this.measured = trace.steps() - history.steps();
        if (measured < 1) {
            throw new IllegalArgumentException("trace: got no step to measure, expected at least one batch");
        }
        loads = new double[trace.layers()][setup.experts()];
        layers = new LayerReplay[trace.layers()];
        for (int l = 0; l < layers.length; l++) {
            layers[l] = new LayerReplay(setup, policies, options.copyMicros(), options.sources());
        }
        policies.forEach(policy -> tallies.add(new Tally()));
        boolean recorded = options.sources().isRecorded();
        long cells = setup.experts() * (recorded ? 1L + trace.sources() : 1L) + (long) policies.size() * setup.ranks();
        int block = Math.clamp(BLOCK_CELLS / (cells * layers.length), 1, BLOCK);
        counts = new long[block][layers.length][setup.experts()];
        sourceCounts = new long[block][layers.length][recorded ? trace.sources() * setup.experts() : 0];
        played = new PlayedBatch[block][layers.length];
        pool = Executors.newFixedThreadPool(
                options.threads(),
                Thread.ofPlatform().daemon().name("lplb-replay-", 0).factory());
    }

    /** Returns the number of measured steps. */
    public int steps() {
        return measured;
    }

    /**
     * Divides the first measured batch over and over and forgets the results, so that the times are those of compiled code.
     *
     * @throws IOException if the trace cannot be read
     */
    public void warmUp(Duration time) throws IOException {
        long end = System.nanoTime() + time.toNanos();
        rewind();
        if (!trace.next()) {
            return;
        }
        try (LayerReplay scratch = new LayerReplay(setup, policies, 0, options.sources())) {
            scratch.place(history.of(0));
            if (options.sources().isRecorded()) {
                trace.counts(0, sourceCounts[0][0]);
                scratch.takeSources(sourceCounts[0][0], trace.sources());
            }
            while (System.nanoTime() < end) {
                scratch.play(trace.counts()[0]);
            }
        }
    }

    private void rewind() throws IOException {
        trace.rewind();
        for (int step = 0; step < history.steps(); step++) {
            trace.next();
        }
    }

    /**
     * Replays all measured steps.
     *
     * @return the results
     * @throws IOException if the trace cannot be read
     */
    public ReplayReport run(Observer observer) throws IOException {
        inParallel(l -> layers[l].place(history.of(l)));
        rewind();
        int step = 0;
        for (int read = readBlock(step); read > 0; read = readBlock(step)) {
            if (options.updateEvery() > 0 && step > 0 && step % options.updateEvery() == 0) {
                updates++;
                inParallel(l -> layers[l].update());
            }
            int steps = read;
            inParallel(l -> playBlock(l, steps));
            for (int k = 0; k < read; k++) {
                for (int l = 0; l < layers.length; l++) {
                    tally(played[k][l]);
                    observer.batch(step + k, l, played[k][l]);
                }
            }
            step += read;
        }
        return report();
    }

    /** Reads the next steps, up to a full block or the next update, and returns their number. */
    private int readBlock(int step) throws IOException {
        int most = Math.min(counts.length, measured - step);
        if (options.updateEvery() > 0) {
            most = Math.min(most, options.updateEvery() - step % options.updateEvery());
        }
        int read = 0;
        while (read < most && trace.next()) {
            for (int l = 0; l < layers.length; l++) {
                take(l, trace.counts()[l]);
                System.arraycopy(trace.counts()[l], 0, counts[read][l], 0, setup.experts());
                if (options.sources().isRecorded()) {
                    trace.counts(l, sourceCounts[read][l]);
                }
            }
            read++;
        }
        return read;
    }

    /** Lets the policies of a layer divide the batches of a block one after the other, which keeps their state in the caches. */
    private void playBlock(int layer, int steps) {
        for (int k = 0; k < steps; k++) {
            if (options.sources().isRecorded()) {
                layers[layer].takeSources(sourceCounts[k][layer], trace.sources());
            }
            layers[layer].play(counts[k][layer]);
            played[k][layer] = layers[layer].snapshot();
        }
    }

    private void tally(PlayedBatch batch) {
        for (int k = 0; k < batch.figures().size(); k++) {
            tallies.get(k).add(batch.figures().get(k));
        }
    }

    private void take(int layer, long[] tokens) {
        for (int e = 0; e < tokens.length; e++) {
            loads[layer][e] += tokens[e];
            if (tokens[e] > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("layer " + layer + ", expert " + e + ": got " + tokens[e]
                        + " tokens, expected at most " + Integer.MAX_VALUE + " for a batch");
            }
        }
    }

    @FunctionalInterface
    private interface Work {
        void on(int layer);
    }

    /** Does something for every layer, on all threads. */
    private void inParallel(Work work) {
        List<Callable<Void>> tasks = new ArrayList<>();
        int lanes = Math.min(options.threads(), layers.length);
        for (int lane = 0; lane < lanes; lane++) {
            int first = lane;
            tasks.add(() -> {
                long cpu = threads.getCurrentThreadCpuTime();
                long wall = System.nanoTime();
                for (int l = first; l < layers.length; l += lanes) {
                    work.on(l);
                }
                busyNanos.addAndGet(threads.getCurrentThreadCpuTime() - cpu);
                wallNanos.addAndGet(System.nanoTime() - wall);
                return null;
            });
        }
        try {
            for (Future<Void> done : pool.invokeAll(tasks)) {
                done.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("replay: interrupted", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException("replay: " + e.getCause(), e);
        }
    }

    /** Returns the loads of all measured steps so far, {@code [layers][experts]}; not copied. */
    public double[][] measured() {
        return loads;
    }

    private ReplayReport report() {
        List<StrategyResult> results = new ArrayList<>();
        for (int k = 0; k < policies.size(); k++) {
            results.add(tallies.get(k).result(policies.get(k), setup, layers, k, updates));
        }
        return ReplayReport.of(setup, layers.length, measured, history, options, results, processorShare());
    }

    /** Returns the part of the wall-clock time of planning in which the planning threads had a processor. */
    private double processorShare() {
        return wallNanos.get() == 0 ? 1 : Math.min(1, (double) busyNanos.get() / wallNanos.get());
    }

    @Override
    public void close() {
        pool.shutdownNow();
        for (LayerReplay layer : layers) {
            layer.close();
        }
    }
}
