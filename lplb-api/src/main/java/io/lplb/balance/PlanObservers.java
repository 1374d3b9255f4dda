// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import jdk.jfr.EventType;
import org.jspecify.annotations.Nullable;

/**
 * Listeners and Flight Recorder events of one balancer. Makes an event only while a recording wants it.
 *
 * <p>Listeners may be added and removed by any thread at any time.
 */
final class PlanObservers {
    private static final EventType PLAN_EVENT = EventType.getEventType(PlanEvent.class);
    private static final EventType ROUND_EVENT = EventType.getEventType(RoundEvent.class);

    private volatile PlanListener[] listeners;

    PlanObservers(List<PlanListener> listeners) {
        this.listeners = listeners.toArray(PlanListener[]::new);
    }

    synchronized void add(PlanListener listener) {
        List<PlanListener> next = new ArrayList<>(List.of(listeners));
        next.add(Objects.requireNonNull(listener, "listener"));
        listeners = next.toArray(PlanListener[]::new);
    }

    synchronized boolean remove(PlanListener listener) {
        List<PlanListener> next = new ArrayList<>(List.of(listeners));
        boolean removed = next.remove(listener);
        listeners = next.toArray(PlanListener[]::new);
        return removed;
    }

    static @Nullable PlanEvent beginPlan() {
        if (!PLAN_EVENT.isEnabled()) {
            return null;
        }
        PlanEvent event = new PlanEvent();
        event.begin();
        return event;
    }

    static @Nullable RoundEvent beginRound() {
        if (!ROUND_EVENT.isEnabled()) {
            return null;
        }
        RoundEvent event = new RoundEvent();
        event.begin();
        return event;
    }

    /** Tells every listener of a plan. */
    void planned(PlanReport report) {
        tell(PlanListener::planned, report);
    }

    /** Tells every listener of a round. */
    void roundEnded(RankReport report) {
        tell(PlanListener::roundEnded, report);
    }

    /** Calls every listener, also after one that throws; then throws the first exception. */
    private <R> void tell(BiConsumer<PlanListener, R> call, R report) {
        RuntimeException thrown = null;
        for (PlanListener listener : listeners) {
            try {
                call.accept(listener, report);
            } catch (RuntimeException e) {
                if (thrown == null) {
                    thrown = e;
                } else {
                    thrown.addSuppressed(e);
                }
            }
        }
        if (thrown != null) {
            throw thrown;
        }
    }
}
