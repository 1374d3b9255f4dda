// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Coroutines of both kinds hand over where they should, and an abandoned one leaves no thread. */
class CoroutineTest {
    private final List<String> events = new ArrayList<>();
    private final Coroutine[] two = new Coroutine[2];

    private void body(int k) {
        events.add(k + " begins");
        two[k].suspend();
        events.add(k + " ends");
    }

    @ParameterizedTest(name = "continuation {0}")
    @ValueSource(booleans = {true, false})
    void bodiesAreLeftAndEnteredWhereTheySuspend(boolean continuation) {
        for (int k = 0; k < 2; k++) {
            int number = k;
            two[k] = Coroutine.of(() -> body(number), continuation);
        }
        for (int round = 0; round < 2; round++) {
            for (Coroutine coroutine : two) {
                coroutine.resume();
                events.add("outside");
            }
        }
        assertEquals(
                List.of("0 begins", "outside", "1 begins", "outside", "0 ends", "outside", "1 ends", "outside"),
                events);
    }

    @Test
    void anAbandonedThreadIsUnwoundToItsEnd() throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        two[0] = new ThreadCoroutine(() -> {
            threads.add(Thread.currentThread());
            try {
                body(0);
            } catch (Throwable unwinding) {
                events.add("unwound");
            }
        });
        two[0].resume();
        two[0].abandon();
        assertEquals(List.of("0 begins", "unwound"), events);
        assertTrue(threads.get(0).join(java.time.Duration.ofMinutes(1)), "the thread goes on");
        two[0].abandon();
        assertEquals(2, events.size());
    }

    @Test
    void anAbandonedBodyThatNeverBeganDoesNotBegin() {
        two[0] = new ThreadCoroutine(() -> body(0));
        two[0].abandon();
        assertEquals(List.of(), events);
    }
}
