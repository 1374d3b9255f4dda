// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.cuda;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A device's primary context, as far as this process uses it through a {@link CudaDevice}, and the solvers' modules in it. They stay loaded until the last
 * user leaves: a solver that is opened while another one is open compiles nothing again, and loses nothing. For a driver may
 * keep memory of a module for good: on an H100 (driver 580.159) about 2.5 KB of the device's for each module that was launched and
 * unloaded, if it has a fence for the whole system, which answers with stamps need.
 *
 * <p>Thread-safe.
 */
final class SharedContext {
    private static final Map<Place, SharedContext> ALL = new ConcurrentHashMap<>();

    private final int device;
    private final Map<String, Long> modules = new HashMap<>();
    private int users;

    private SharedContext(int device) {
        this.device = device;
    }

    /** A device of a driver's library. */
    private record Place(long library, int device) {}

    static SharedContext of(CudaDriver driver, int device) {
        return ALL.computeIfAbsent(new Place(driver.library(), device), place -> new SharedContext(device));
    }

    /** Returns the context, until {@link #release}. */
    synchronized long retain(CudaDriver driver) {
        long context = driver.retainPrimaryContext(device);
        users++;
        return context;
    }

    /** Returns a module of some code, which must not be unloaded; the context must be current. */
    synchronized long module(CudaDriver driver, String code) {
        Long known = modules.get(code);
        if (known != null) {
            return known;
        }
        long module = driver.loadModule(code);
        modules.put(code, module);
        return module;
    }

    /** Gives up a context that {@link #retain} returned; the last one unloads the modules. */
    synchronized void release(CudaDriver driver, long context) {
        users--;
        List<Long> unused = users == 0 ? List.copyOf(modules.values()) : List.of();
        if (users == 0) {
            modules.clear();
        }
        try (Cleanup cleanup = new Cleanup()) {
            cleanup.add(() -> driver.releasePrimaryContext(device));
            if (!unused.isEmpty()) {
                driver.pushCurrent(context);
                cleanup.add(driver::popCurrent);
                unused.forEach(module -> cleanup.add(() -> driver.unloadModule(module)));
            }
        }
    }
}
