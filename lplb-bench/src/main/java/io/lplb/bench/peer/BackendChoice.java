// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.peer;

import io.lplb.tornado.provider.DriverProvider;
import java.util.List;
import java.util.function.Function;

/**
 * A backend by the name that results carry: {@code cpu}, {@code emulator}, {@code gpu} (whichever launcher the library
 * takes), {@code gpu-driver} or {@code gpu-tornado} (one launcher, and no other).
 *
 * @param backend the library's name of the backend
 * @param launcher what {@code -Dlplb.gpuLauncher} must say, empty for no matter
 */
public record BackendChoice(String backend, String launcher) {
    private static final String GPU_WITH_LAUNCHER = "gpu-";
    private static final List<String> NAMES = List.of("cpu", "emulator", "gpu", "gpu-driver", "gpu-tornado");

    /** Returns the names. */
    public static List<String> names() {
        return NAMES;
    }

    /**
     * The choice of that name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static BackendChoice named(String name) {
        if (!NAMES.contains(name)) {
            throw new IllegalArgumentException(
                    "backend: got " + name + ", expected one of " + String.join(", ", NAMES));
        }
        return name.startsWith(GPU_WITH_LAUNCHER)
                ? new BackendChoice("gpu", name.substring(GPU_WITH_LAUNCHER.length()))
                : new BackendChoice(name, "");
    }

    /** Returns whether a name is the GPU's, by whichever launcher. */
    public static boolean isGpu(String name) {
        return name.startsWith("gpu");
    }

    /** Returns whether this is the GPU, by whichever launcher. */
    public boolean isGpu() {
        return backend.equals("gpu");
    }

    /** Makes something while the launcher is forced; {@code maker} gets the library's name of the backend. */
    public <T> T make(Function<String, T> maker) {
        if (launcher.isEmpty()) {
            return maker.apply(backend);
        }
        String before = System.getProperty(DriverProvider.LAUNCHER_PROPERTY);
        System.setProperty(DriverProvider.LAUNCHER_PROPERTY, launcher);
        try {
            return maker.apply(backend);
        } finally {
            if (before == null) {
                System.clearProperty(DriverProvider.LAUNCHER_PROPERTY);
            } else {
                System.setProperty(DriverProvider.LAUNCHER_PROPERTY, before);
            }
        }
    }
}
