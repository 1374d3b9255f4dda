// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.provider;

import io.lplb.solver.SolverProvider.Availability;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Whether a GPU can be used, step by step, the harmless steps first: TornadoVM's driver may end the process when
 * something it needs is missing, so it is touched last, and in another process.
 *
 * <ol>
 *   <li>TornadoVM's modules are there, and not the emulator in their place.
 *   <li>The JVM has the arguments without which kernels give wrong answers.
 *   <li>Its library path has TornadoVM's native library.
 *   <li>The NVIDIA driver's library is somewhere that the loader looks.
 *   <li>There is a device.
 *   <li>A child JVM compiles a kernel, runs it and gets the right answer.
 * </ol>
 *
 * <p>Immutable; the child process is the only effect.
 */
final class GpuProbe {
    private static final String SETUP = "Run ./setup-tornado.sh, then start Java with @lplb-gpu.args.";
    private static final List<String> LIBRARY_FOLDERS = List.of(
            "usr/lib/x86_64-linux-gnu",
            "usr/lib64",
            "usr/lib",
            "usr/lib/wsl/lib",
            "usr/local/nvidia/lib64",
            "usr/local/nvidia/lib",
            "usr/local/cuda/compat");

    private final TornadoApi api;
    private final List<String> jvmArguments;
    private final String libraryPath;
    private final Map<String, String> environment;
    private final Path root;
    private final Supplier<String> child;

    /**
     * A probe.
     *
     * @param api whose API this JVM has
     * @param jvmArguments what the JVM was started with
     * @param libraryPath the folders of native libraries, as in {@code java.library.path}
     * @param environment the environment variables
     * @param root the file system below which driver and devices are looked for
     * @param child runs {@link ProbeMain} in a child JVM and returns what it printed
     */
    GpuProbe(
            TornadoApi api,
            List<String> jvmArguments,
            String libraryPath,
            Map<String, String> environment,
            Path root,
            Supplier<String> child) {
        this.api = api;
        this.jvmArguments = List.copyOf(jvmArguments);
        this.libraryPath = libraryPath;
        this.environment = Map.copyOf(environment);
        this.root = root;
        this.child = child;
    }

    /** Returns the state; stops at the first step that fails. */
    Availability probe() {
        if (api != TornadoApi.TORNADOVM) {
            String found = switch (api) {
                case EMULATOR -> "only the emulator's classes";
                case JAR_ONLY -> "TornadoVM's API on the class path, without its runtime";
                default -> "no TornadoVM";
            };
            return no("This JVM has " + found + ".", SETUP);
        }
        List<String> flags = RequiredFlags.problems(jvmArguments);
        if (!flags.isEmpty()) {
            return no(
                    "The JVM's arguments would make kernels give wrong answers: " + String.join(", ", flags) + ".",
                    SETUP);
        }
        if (folders(libraryPath).noneMatch(folder -> Files.exists(folder.resolve("libtornado-ptx.so")))) {
            return no("libtornado-ptx.so is in no folder of java.library.path (" + libraryPath + ").", SETUP);
        }
        if (!hasDriver()) {
            return no(
                    "No NVIDIA driver was found (libcuda.so.1).", "Install one, or add its folder to LD_LIBRARY_PATH.");
        }
        if (!Files.exists(root.resolve("dev/nvidia0")) && !Files.exists(root.resolve("dev/dxg"))) {
            return no("No NVIDIA device was found (/dev/nvidia0, /dev/dxg).", "Run on a machine with an NVIDIA GPU.");
        }
        return fromChild(child.get());
    }

    private static Availability fromChild(String printed) {
        for (String line : printed.lines().toList()) {
            if (line.startsWith(ProbeMain.PASSED)) {
                return new Availability(true, line.substring(ProbeMain.PASSED.length()) + " through TornadoVM.", "");
            }
        }
        List<String> lines = printed.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
        String last = lines.isEmpty() ? "nothing" : lines.get(lines.size() - 1);
        return no(
                "A test kernel in a child JVM failed; its last words: " + last + ".",
                "Compare the driver with what TornadoVM needs (nvidia-smi).");
    }

    private boolean hasDriver() {
        Stream<Path> named = folders(environment.getOrDefault("LD_LIBRARY_PATH", ""));
        return Stream.concat(named, LIBRARY_FOLDERS.stream().map(root::resolve))
                .anyMatch(folder -> Files.exists(folder.resolve("libcuda.so.1")));
    }

    private static Stream<Path> folders(String path) {
        return Stream.of(path.split(File.pathSeparator, -1))
                .filter(folder -> !folder.isEmpty())
                .map(Path::of);
    }

    private static Availability no(String reason, String remedy) {
        return new Availability(false, reason, remedy);
    }
}
