// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.exchange.GroupIdentity;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExchangeSettingsTest {
    private static ExchangeSettings settings(int self, List<String> endpoints, @Nullable String dir, String idle) {
        return new ExchangeSettings(
                new GroupIdentity(2, 8, 1, ""), self, endpoints, dir, 7, Duration.ofSeconds(1), idle, null, true);
    }

    private static String refused(int self, List<String> endpoints, @Nullable String dir, String idle) {
        return String.valueOf(assertThrows(IllegalArgumentException.class, () -> settings(self, endpoints, dir, idle))
                .getMessage());
    }

    @Test
    void hostsAreComparedAsWritten() {
        List<String> endpoints = List.of("a:1", "b:1");
        assertFalse(settings(0, endpoints, "/dir", "spin").sharesMemoryWith(1));
        assertTrue(settings(0, List.of("a:1", "a:2"), "/dir", "spin").sharesMemoryWith(1));
        assertFalse(settings(0, List.of("a:1", "a:2"), null, "spin").sharesMemoryWith(1));
        assertTrue(settings(0, List.of(), "/dir", "spin").sharesMemoryWith(1));
    }

    @Test
    void whatDoesNotFitIsRefused() {
        assertEquals("rank: got 2, expected 0..1", refused(2, List.of(), "/dir", "spin"));
        assertEquals(
                "endpoints: got 1, expected one for each of the 2 ranks", refused(0, List.of("a:1"), null, "spin"));
        assertTrue(refused(0, List.of(), null, "spin").startsWith("endpoints: got none and no Aeron directory"));
        assertTrue(refused(0, List.of("a:1", "a:1"), null, "spin").startsWith("endpoints: got one twice"));
        assertEquals(
                "idle: got rest, expected one of [backoff, sleep, spin, yield]", refused(0, List.of(), "/d", "rest"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", ":1", "a:", "a:0", "a:65536", "a:123456", "a b:1", "a|fc=min:1"})
    void endpointsAreHostAndPort(String endpoint) {
        assertEquals(
                "endpoint: got '" + endpoint + "', expected host:port",
                refused(0, List.of(endpoint, "b:1"), null, "spin"));
    }

    /** Ranks that share a driver's memory, or whose packets stay on the host, need none. */
    @ParameterizedTest
    @CsvSource({
        "a:1 b:1, , false",
        "a:1 a:2, , false",
        "a:1 127.0.0.1:2, , false",
        "127.0.0.1:1 127.0.0.256.evil:2, , false",
        "localhostess:1 localhost:2, , false",
        "a:1 a:2, /dir, true",
        "127.0.0.1:1 127.9.0.1:2, , true",
        "localhost:1 [::1]:2, , true"
    })
    void aKeyIsAskedForBetweenHosts(String endpoints, @Nullable String dir, boolean allowed) {
        List<String> both = List.of(endpoints.split(" ", -1));
        GroupIdentity group = new GroupIdentity(2, 8, 1, "");
        if (allowed) {
            assertNotNull(new ExchangeSettings(group, 0, both, dir, 7, Duration.ofSeconds(1), "spin"));
        } else {
            String message = String.valueOf(assertThrows(
                            IllegalArgumentException.class,
                            () -> new ExchangeSettings(group, 0, both, dir, 7, Duration.ofSeconds(1), "spin"))
                    .getMessage());
            assertTrue(message.startsWith("group key: got none for packets between "), message);
        }
        GroupKey key = GroupKey.generate();
        ExchangeSettings settings = settings(0, both, dir, "spin").withKey(key);
        assertSame(key, settings.key());
    }

    @Test
    void everyWayToWaitCanBeMade() {
        for (String name : ExchangeSettings.idleNames()) {
            assertNotNull(settings(0, List.of(), "/dir", name).newIdleStrategy());
        }
    }
}
