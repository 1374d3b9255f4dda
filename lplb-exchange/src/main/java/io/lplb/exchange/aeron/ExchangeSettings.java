// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import io.lplb.exchange.GroupIdentity;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.SleepingMillisIdleStrategy;
import org.agrona.concurrent.YieldingIdleStrategy;
import org.jspecify.annotations.Nullable;

/**
 * How a rank finds its group.
 *
 * @param identity what all ranks must have in common
 * @param self this rank's number
 * @param endpoints {@code host:port} of every rank for UDP, in the order of the ranks; empty if all ranks share this host
 *     and an Aeron directory. Ranks of the same host have the same host written here
 * @param aeronDirectory directory of a media driver that runs already; null starts one inside this process
 * @param streamId Aeron stream; groups that share hosts and drivers take different ones
 * @param connectTimeout how long to wait for the other ranks at the start; from about 292 years on without an end
 * @param idle how to wait for messages, one of {@link #idleNames()}: backoff spins a little, yields, then sleeps up to
 *     100 us; yield and spin never sleep and want a core per rank; sleep wakes every millisecond
 * @param key secret of the group; without one everybody who can send packets to a rank can send it counts
 * @param insecure whether to go without a key between hosts
 */
public record ExchangeSettings(
        GroupIdentity identity,
        int self,
        List<String> endpoints,
        @Nullable String aeronDirectory,
        int streamId,
        Duration connectTimeout,
        String idle,
        @Nullable GroupKey key,
        boolean insecure) {
    /** Stream unless said otherwise. */
    public static final int DEFAULT_STREAM = 7801;

    /** Waiting unless said otherwise: right where ranks have to share cores. */
    public static final String DEFAULT_IDLE = "backoff";

    private static final int SPINS = 20;
    private static final int YIELDS = 50;
    private static final long LEAST_PARK_NANOS = 1_000;
    private static final long MOST_PARK_NANOS = 100_000;

    private static final Map<String, Supplier<IdleStrategy>> IDLE = Map.of(
            DEFAULT_IDLE,
            () -> new BackoffIdleStrategy(SPINS, YIELDS, LEAST_PARK_NANOS, MOST_PARK_NANOS),
            "yield",
            YieldingIdleStrategy::new,
            "spin",
            BusySpinIdleStrategy::new,
            "sleep",
            () -> new SleepingMillisIdleStrategy(1));

    /**
     * Settings without a key, for the ranks of one host.
     *
     * @param identity what all ranks must have in common
     * @param self this rank's number
     * @param endpoints of every rank for UDP, in the order of the ranks
     * @param aeronDirectory directory of a media driver that runs already
     * @param streamId Aeron stream
     * @param connectTimeout how long to wait for the other ranks at the start
     * @param idle how to wait for messages
     * @throws IllegalArgumentException as the other constructor
     */
    public ExchangeSettings(
            GroupIdentity identity,
            int self,
            List<String> endpoints,
            @Nullable String aeronDirectory,
            int streamId,
            Duration connectTimeout,
            String idle) {
        this(identity, self, endpoints, aeronDirectory, streamId, connectTimeout, idle, null, false);
    }

    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException if something does not fit together, with what was got and expected
     */
    public ExchangeSettings {
        Objects.requireNonNull(identity, "identity");
        endpoints = List.copyOf(endpoints);
        if (self < 0 || self >= identity.ranks()) {
            throw new IllegalArgumentException("rank: got " + self + ", expected 0.." + (identity.ranks() - 1));
        }
        if (!endpoints.isEmpty() && endpoints.size() != identity.ranks()) {
            throw new IllegalArgumentException("endpoints: got " + endpoints.size() + ", expected one for each of the "
                    + identity.ranks() + " ranks");
        }
        if (endpoints.isEmpty() && aeronDirectory == null) {
            throw new IllegalArgumentException("endpoints: got none and no Aeron directory,"
                    + " expected host:port of every rank, or the directory of a media driver that all ranks share");
        }
        for (String endpoint : endpoints) {
            requireEndpoint(endpoint);
        }
        if (endpoints.stream().distinct().count() != endpoints.size()) {
            throw new IllegalArgumentException("endpoints: got one twice in " + endpoints + ", expected another each");
        }
        if (connectTimeout.isNegative()) {
            throw new IllegalArgumentException("connect timeout: got " + connectTimeout + ", expected at least 0");
        }
        if (!IDLE.containsKey(idle)) {
            throw new IllegalArgumentException("idle: got " + idle + ", expected one of " + idleNames());
        }
        if (key == null && !insecure) {
            requireLocal(identity.ranks(), self, endpoints, aeronDirectory);
        }
    }

    /** Without a key packets may come from this host only. */
    private static void requireLocal(int ranks, int self, List<String> endpoints, @Nullable String aeronDirectory) {
        for (int r = 0; r < ranks && !endpoints.isEmpty(); r++) {
            boolean near = aeronDirectory != null && host(endpoints.get(r)).equals(host(endpoints.get(self)));
            if (r != self && !near && !(isLoopback(endpoints.get(r)) && isLoopback(endpoints.get(self)))) {
                throw new IllegalArgumentException("group key: got none for packets between "
                        + endpoints.get(self) + " and " + endpoints.get(r)
                        + ", expected one (file or environment), or that going without is asked for (insecure)");
            }
        }
    }

    private static String host(String endpoint) {
        return endpoint.substring(0, endpoint.lastIndexOf(':'));
    }

    private static boolean isLoopback(String endpoint) {
        String host = host(endpoint);
        return host.equals("localhost") || host.matches("127(\\.[0-9]{1,3}){3}") || host.matches("\\[?::1]?");
    }

    /**
     * {@return the same settings with a key}
     *
     * @param groupKey secret of the group
     */
    public ExchangeSettings withKey(GroupKey groupKey) {
        return new ExchangeSettings(
                identity, self, endpoints, aeronDirectory, streamId, connectTimeout, idle, groupKey, insecure);
    }

    private static void requireEndpoint(String endpoint) {
        int colon = endpoint.lastIndexOf(':');
        boolean right = colon > 0 && endpoint.substring(colon + 1).matches("[0-9]{1,5}");
        int port = right ? Integer.parseInt(endpoint.substring(colon + 1)) : 0;
        if (port < 1 || port > 65535 || endpoint.contains("|") || endpoint.contains(" ")) {
            throw new IllegalArgumentException("endpoint: got '" + endpoint + "', expected host:port");
        }
    }

    /** {@return the ways to wait, in alphabetical order} */
    public static List<String> idleNames() {
        return IDLE.keySet().stream().sorted().toList();
    }

    /** Returns the host of a rank's endpoint. */
    String hostOf(int rank) {
        return endpoints.isEmpty() ? "" : host(endpoints.get(rank));
    }

    /** Returns whether a rank can be reached through the shared memory of a driver that it uses, too. */
    boolean sharesMemoryWith(int rank) {
        return aeronDirectory != null && hostOf(rank).equals(hostOf(self));
    }

    IdleStrategy newIdleStrategy() {
        return Objects.requireNonNull(IDLE.get(idle)).get();
    }
}
