// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import io.lplb.exchange.WorkloadExchange;
import io.lplb.exchange.aeron.AeronExchange;
import io.lplb.exchange.aeron.ExchangeSettings;
import io.lplb.nccl.Bootstrap;
import io.lplb.nccl.NcclException;
import io.lplb.nccl.NcclSettings;
import io.lplb.nccl.NcclUnavailableException;
import io.lplb.nccl.NcclWorkloadExchange;
import io.lplb.tornado.cuda.CudaException;
import io.lplb.tornado.cuda.CudaUnavailableException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The exchange that a command line asks for. With NCCL, Aeron is the fallback if its endpoints or directory are given, and
 * brings the ticket if no file does. What is missing for NCCL is an error, never a reason to take another exchange.
 */
final class RankExchange implements AutoCloseable {
    static final String AERON = "aeron";
    static final String NCCL = "nccl";
    private static final List<String> NAMES = List.of(AERON, NCCL);

    private final WorkloadExchange exchange;
    private final @Nullable AeronExchange fallback;

    private RankExchange(WorkloadExchange exchange, @Nullable AeronExchange fallback) {
        this.exchange = exchange;
        this.fallback = fallback;
    }

    /** Checks a name. */
    static void requireKnown(String name) {
        if (!NAMES.contains(name)) {
            throw new IllegalArgumentException("exchange: got " + name + ", expected one of " + NAMES);
        }
    }

    /** Connects by Aeron. */
    static RankExchange aeron(ExchangeSettings settings, InstantSource clock) {
        return new RankExchange(AeronExchange.connect(settings, clock), null);
    }

    /**
     * Connects by NCCL.
     *
     * @param settings of Aeron; null for no fallback
     * @param without this rank's settings for NCCL without a fallback
     * @param ticket file that carries the ticket; null for Aeron
     */
    static RankExchange nccl(
            @Nullable Supplier<ExchangeSettings> settings, NcclSettings without, @Nullable Path ticket) {
        if (settings == null && ticket == null) {
            throw new IllegalArgumentException("nccl-ticket: got none, and neither endpoints nor an Aeron directory,"
                    + " expected a file that all ranks see, or Aeron");
        }
        // Before any other rank is waited for.
        String missing = NcclWorkloadExchange.missing(without.device());
        if (!missing.isEmpty()) {
            throw new IllegalStateException("exchange nccl: " + missing);
        }
        AeronExchange fallback = settings == null ? null : AeronExchange.connect(settings.get());
        try {
            NcclSettings with = new NcclSettings(
                    without.identity(), without.self(), without.device(), without.connectTimeout(), fallback);
            Bootstrap carrier = ticket == null
                    ? Bootstrap.over(Objects.requireNonNull(fallback, "Aeron"), without.connectTimeout())
                    : Bootstrap.file(ticket, without.connectTimeout());
            return new RankExchange(NcclWorkloadExchange.connect(with, carrier), fallback);
        } catch (CudaUnavailableException | NcclUnavailableException | CudaException | NcclException e) {
            closeAfter(fallback, e);
            throw new IllegalStateException("exchange nccl: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            closeAfter(fallback, e);
            throw e;
        }
    }

    private static void closeAfter(@Nullable AeronExchange fallback, Exception failure) {
        if (fallback != null) {
            try {
                fallback.close();
            } catch (RuntimeException e) {
                failure.addSuppressed(e);
            }
        }
    }

    WorkloadExchange exchange() {
        return exchange;
    }

    @Override
    public void close() {
        try {
            exchange.close();
        } finally {
            if (fallback != null) {
                fallback.close();
            }
        }
    }
}
