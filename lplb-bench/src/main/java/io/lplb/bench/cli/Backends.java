// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.cli;

import io.lplb.solver.Solvers;
import java.nio.file.Path;
import java.util.List;

/** The backends and their state on this machine: what {@code doctor} lists and {@code --backend} refers to. */
final class Backends {
    private Backends() {}

    /** Looks at every backend; loads no native library. */
    static List<BackendStatus> all() {
        return List.of(
                new BackendStatus("cpu", true, String.join(", ", Solvers.names())),
                new BackendStatus("emulator", false, "this build has no provider of kernels"),
                GpuCheck.of(System.getenv(), Path.of("/")).status());
    }

    /**
     * Returns the backend with this name, which is available.
     *
     * @throws IllegalArgumentException if there is none with this name, or it is not available; then with the reason
     */
    static BackendStatus require(String name) {
        List<BackendStatus> all = all();
        for (BackendStatus backend : all) {
            if (backend.name().equals(name)) {
                if (!backend.available()) {
                    throw new IllegalArgumentException(
                            "backend " + name + " not available: " + backend.detail() + "; --backend cpu works");
                }
                return backend;
            }
        }
        List<String> names = all.stream().map(BackendStatus::name).toList();
        throw new IllegalArgumentException("backend: got " + name + ", expected one of " + String.join(", ", names));
    }
}
