// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.nccl;

import io.lplb.exchange.WorkloadExchange;
import io.lplb.placement.ExpertPlacement;
import io.lplb.problem.MinMaxProblem;
import io.lplb.problem.PlacementProblem;
import io.lplb.solver.RelaxationSolver;
import io.lplb.tornado.cuda.CallerStream;
import io.lplb.tornado.cuda.Cleanup;
import io.lplb.tornado.cuda.CudaDevice;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.CudaException;
import io.lplb.tornado.cuda.CudaLibrary;
import io.lplb.tornado.cuda.CudaUnavailableException;
import io.lplb.tornado.cuda.DriverReport;
import io.lplb.tornado.pipeline.GpuPipeline;
import io.lplb.tornado.pipeline.SourceExchange;
import io.lplb.tornado.program.SourceGroup;
import io.lplb.tornado.ptx.PtxLibrary;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Settings of an {@link NcclExchange}. Settings that decide a plan must be the same for all sources and are compared when they connect:
 * everything here but {@link #self}, {@link #device}, {@link #deadline}, {@link #connectTimeout} and {@link #fallback}, and the
 * GPU's compute capability and the version of the driver, which compiles the kernels.
 *
 * <p>Not thread-safe; used once.
 */
public final class NcclExchangeBuilder {
    private static final Duration DEADLINE = Duration.ofMillis(500);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(60);
    private static final int FINGERPRINT_BYTES = 8;

    private final ExpertPlacement placement;
    private final PlacementProblem problem;
    private String solver = RelaxationSolver.NAME;
    private double tolerance = 1e-4;
    private int maxTokens = 32_768;
    private int deviceIndex;
    private int sources = 1;
    private int self;
    private int perNode = 8;

    boolean wholeGraphs;
    Duration deadline = DEADLINE;
    Duration connectTimeout = CONNECT_TIMEOUT;

    @Nullable WorkloadExchange fallback;

    NcclExchangeBuilder(ExpertPlacement placement, PlacementProblem problem) {
        this.placement = Objects.requireNonNull(placement, "placement");
        this.problem = Objects.requireNonNull(problem, "problem");
    }

    /**
     * Sets the solver; {@link RelaxationSolver#NAME} without a call.
     *
     * @param name {@link io.lplb.solver.InteriorPointSolver#NAME} or {@link RelaxationSolver#NAME}
     * @return this
     */
    public NcclExchangeBuilder solver(String name) {
        solver = Objects.requireNonNull(name, "solver");
        return this;
    }

    /**
     * Sets the gap at which the solver stops, as a fraction of the mean load; 1e-4 without a call.
     *
     * @param gap above 0
     * @return this
     */
    public NcclExchangeBuilder tolerance(double gap) {
        tolerance = gap;
        return this;
    }

    /**
     * Sets the most ids of a source in a run; 32,768 without a call.
     *
     * @param tokens at least 1
     * @return this
     */
    public NcclExchangeBuilder maxTokens(int tokens) {
        maxTokens = tokens;
        return this;
    }

    /**
     * Sets the GPU, from 0; 0 without a call. No two sources may have the same.
     *
     * @param index from 0
     * @return this
     */
    public NcclExchangeBuilder device(int index) {
        deviceIndex = index;
        return this;
    }

    /**
     * Sets the number of processes, which divides the placement's number of ranks; 1 without a call.
     *
     * @param count at least 1
     * @return this
     */
    public NcclExchangeBuilder sources(int count) {
        sources = count;
        return this;
    }

    /**
     * Sets the number of this process, from 0.
     *
     * @param number from 0 to the number of sources - 1
     * @return this
     */
    public NcclExchangeBuilder self(int number) {
        self = number;
        return this;
    }

    /**
     * Sets how many consecutive sources share a node; 8 without a call.
     *
     * @param count at least 1
     * @return this
     */
    public NcclExchangeBuilder sourcesPerNode(int count) {
        perNode = count;
        return this;
    }

    /**
     * Sets the longest time that a gather may take; half a second without a call.
     *
     * @param time positive
     * @return this
     */
    public NcclExchangeBuilder deadline(Duration time) {
        deadline = requirePositive("deadline", time);
        return this;
    }

    /**
     * Sets the longest time to wait for the other sources when connecting; a minute without a call.
     *
     * @param time positive
     * @return this
     */
    public NcclExchangeBuilder connectTimeout(Duration time) {
        connectTimeout = requirePositive("connect timeout", time);
        return this;
    }

    private static Duration requirePositive(String what, Duration time) {
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException(what + ": got " + time + ", expected a positive time");
        }
        return time;
    }

    /**
     * Sets whether the graph of a batch that comes again has the gather in it; not without a call, and then a batch is two graphs
     * with a plain gather between them. NCCL asks that all processes launch alike. So with this, whenever one source brings
     * a batch at the addresses and with the number of ids of an earlier one, all others must do so at the same
     * time: with buffers that stay where they are and always as many ids, the last of them -1, they do.
     *
     * @param whole whether it has
     * @return this
     */
    public NcclExchangeBuilder wholeGraphs(boolean whole) {
        wholeGraphs = whole;
        return this;
    }

    /**
     * Sets what gathers counts when NCCL has ended, and leads back to NCCL; nothing without a call, and then the last plan
     * stays. With 5 experts or fewer there is no way back. Where it has joined others that are at
     * work, this source begins on it, and no ticket is carried.
     *
     * @param exchange among the same sources in the same order; the caller closes it, after the exchange
     * @return this
     */
    public NcclExchangeBuilder fallback(WorkloadExchange exchange) {
        fallback = Objects.requireNonNull(exchange, "exchange");
        return this;
    }

    /**
     * Connects with the other sources over the transport that also is the fallback.
     *
     * @param exchange among the same sources in the same order; the caller closes it, after the exchange
     * @return an exchange, which the caller closes
     * @throws CudaUnavailableException if the driver is not there or too old
     * @throws NcclUnavailableException if libnccl.so.2 is not there or too old
     * @see #connect(Bootstrap)
     */
    public NcclExchange connect(WorkloadExchange exchange) throws CudaUnavailableException, NcclUnavailableException {
        return fallback(exchange).connect(Bootstrap.over(exchange, connectTimeout));
    }

    /**
     * Connects with the other sources.
     *
     * @param carrier brings the ticket of source 0 to the others
     * @return an exchange, which the caller closes
     * @throws IllegalArgumentException if a setting is out of range, or differs from source 0's: names both values
     * @throws IllegalStateException if not all sources connect in time
     * @throws CudaUnavailableException if the driver is not there or too old
     * @throws NcclUnavailableException if libnccl.so.2 is not there or too old
     * @throws CudaException if the driver refuses
     * @throws NcclException if NCCL refuses
     */
    public NcclExchange connect(Bootstrap carrier) throws CudaUnavailableException, NcclUnavailableException {
        return connect(new CudaDriver(CudaLibrary.load()), Nccl.load(), carrier);
    }

    NcclExchange connect(CudaDriver driver, Nccl nccl, Bootstrap carrier) {
        SourceGroup group = group();
        group.ranksPerSource(placement.ranks());
        requireFallback(group);
        String missing = GpuPipeline.missing(solver, problem);
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException(missing);
        }
        CudaDevice device = new CudaDevice(driver, deviceIndex);
        try {
            String words = describe(device, driver.version());
            byte[] hash = fingerprint(words);
            WorkloadExchange host = fallback;
            byte[] id = host != null && host.joinedLate()
                    ? null
                    : BootstrapRecord.exchange(
                            carrier, nccl, group, words, HexFormat.of().formatHex(hash));
            NcclGroup with = new NcclGroup(
                    driver, nccl, deviceIndex, group, ByteBuffer.wrap(hash).getLong(), connectTimeout, fallback);
            return new NcclExchange(this, with, device, id);
        } catch (RuntimeException e) {
            Cleanup cleanup = new Cleanup();
            cleanup.add(device::close);
            cleanup.closeQuietly(e);
            throw e;
        }
    }

    private void requireFallback(SourceGroup group) {
        WorkloadExchange host = fallback;
        if (host != null
                && (host.ranks() != group.sources()
                        || host.self() != group.self()
                        || host.experts() != placement.experts())) {
            throw new IllegalArgumentException("fallback: got rank " + host.self() + " of " + host.ranks() + " with "
                    + host.experts() + " experts, expected source " + group.self() + " of " + group.sources() + " with "
                    + placement.experts());
        }
    }

    SourceGroup group() {
        return new SourceGroup(sources, self, perNode);
    }

    private String describe(CudaDevice device, int cuda) {
        return placement.experts() + " experts on " + placement.ranks() + " ranks, " + placement.slotsPerRank()
                + " slots a rank, " + solver + " to " + tolerance + ", " + maxTokens + " ids a source, " + perNode
                + " sources a node, " + (wholeGraphs ? "whole graphs, " : "") + "sm_" + device.capability() + ", CUDA "
                + DriverReport.versionText(cuda);
    }

    /** Hash of the words and of what they leave out: the slots of every expert, the ranks' speeds. */
    private byte[] fingerprint(String words) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
        StringBuilder all = new StringBuilder(words).append(placement.groupSize());
        for (int e = 0; e < placement.experts(); e++) {
            all.append('\n');
            for (int k = 0; k < placement.replicaCount(e); k++) {
                all.append(placement.slotOf(e, k)).append(' ');
            }
        }
        MinMaxProblem shared = problem.problem();
        for (int r = 0; r < shared.ranks(); r++) {
            all.append(shared.speed(r)).append(' ');
        }
        byte[] hash = digest.digest(all.toString().getBytes(StandardCharsets.UTF_8));
        return Arrays.copyOf(hash, FINGERPRINT_BYTES);
    }

    GpuPipeline open(CudaDriver driver, CallerStream stream, SourceExchange exchange) {
        return GpuPipeline.open(
                driver,
                PtxLibrary.read(),
                solver,
                placement,
                problem,
                tolerance,
                maxTokens,
                deviceIndex,
                stream,
                exchange);
    }
}
