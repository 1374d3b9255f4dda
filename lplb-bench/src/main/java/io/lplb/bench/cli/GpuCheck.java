// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.cli;

import io.lplb.solver.SolverProvider.Availability;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What the GPU backend needs, looked for in the file system only: loading a driver that does not fit can end the
 * process, and {@code doctor} must not.
 */
final class GpuCheck {
    private static final List<String> LIBRARY_FOLDERS = List.of(
            "usr/lib/x86_64-linux-gnu",
            "usr/lib/aarch64-linux-gnu",
            "usr/lib64",
            "usr/lib",
            "usr/lib/wsl/lib",
            "usr/local/nvidia/lib64",
            "usr/local/cuda/compat");

    private final Map<String, String> environment;
    private final Path root;

    private GpuCheck(Map<String, String> environment, Path root) {
        this.environment = environment;
        this.root = root;
    }

    /** A check with the given environment variables, of the file system below {@code root}. */
    static GpuCheck of(Map<String, String> environment, Path root) {
        return new GpuCheck(environment, root);
    }

    /** Returns the state, with every reason why the GPU cannot be used. */
    Availability probe() {
        List<String> missing = new ArrayList<>();
        if (!hasDevice()) {
            missing.add("no NVIDIA device (/dev/nvidia0 or /dev/dxg)");
        }
        if (!hasDriver()) {
            missing.add("no NVIDIA driver (libcuda.so.1)");
        }
        String home = environment.getOrDefault("TORNADOVM_HOME", "");
        if (home.isEmpty()) {
            missing.add("no TornadoVM (TORNADOVM_HOME is not set)");
        } else if (!Files.isDirectory(Path.of(home))) {
            missing.add("no TornadoVM (TORNADOVM_HOME is " + home + ", not a folder)");
        }
        String reason = missing.isEmpty()
                ? "Device, driver and TornadoVM are there, but this build has no GPU kernels."
                : "This machine has " + String.join(", ", missing) + ".";
        return new Availability(false, reason, "");
    }

    private boolean hasDevice() {
        return Files.exists(root.resolve("dev/nvidia0")) || Files.exists(root.resolve("dev/dxg"));
    }

    private boolean hasDriver() {
        Stream<Path> named = Stream.of(
                        environment.getOrDefault("LD_LIBRARY_PATH", "").split(File.pathSeparator, -1))
                .filter(folder -> !folder.isEmpty())
                .map(Path::of);
        return Stream.concat(named, LIBRARY_FOLDERS.stream().map(root::resolve))
                .anyMatch(folder -> Files.exists(folder.resolve("libcuda.so.1")));
    }
}
