// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.provider;

import io.lplb.solver.SolverProvider.Availability;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Whether a GPU can be used through TornadoVM, step by step, the harmless steps first: TornadoVM's driver may end the
 * process when something it needs is missing, so it is touched last, and in another process. The steps before that can
 * be asked for one by one.
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
public final class GpuProbe {
    private static final Duration CHILD_LIMIT = Duration.ofSeconds(60);
    private static final String SETUP = "Run ./setup-tornado.sh, then start Java with @lplb-gpu.args.";
    /** Libraries of TornadoVM's backends for NVIDIA; the first is the default. */
    private static final List<String> LIBRARIES = List.of("libtornado-ptx.so", "libtornado-cuda.so");

    private static final List<String> LIBRARY_FOLDERS = List.of(
            "usr/lib/x86_64-linux-gnu",
            "usr/lib/aarch64-linux-gnu",
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
    private final Supplier<ChildJvm.Result> child;

    /**
     * A probe.
     *
     * @param api whose API this JVM has
     * @param jvmArguments what the JVM was started with
     * @param libraryPath the folders of native libraries, as in {@code java.library.path}
     * @param environment the environment variables
     * @param root the file system below which driver and devices are looked for
     * @param child runs {@link ProbeMain} in a child JVM
     */
    GpuProbe(
            TornadoApi api,
            List<String> jvmArguments,
            String libraryPath,
            Map<String, String> environment,
            Path root,
            Supplier<ChildJvm.Result> child) {
        this.api = api;
        this.jvmArguments = List.copyOf(jvmArguments);
        this.libraryPath = libraryPath;
        this.environment = Map.copyOf(environment);
        this.root = root;
        this.child = child;
    }

    /** A probe of this machine and this JVM. */
    public static GpuProbe here() {
        List<String> arguments = ManagementFactory.getRuntimeMXBean().getInputArguments();
        return new GpuProbe(
                TornadoApi.find(GpuProbe.class.getClassLoader()),
                arguments,
                System.getProperty("java.library.path", ""),
                System.getenv(),
                Path.of("/"),
                () -> ChildJvm.run(
                        arguments,
                        System.getProperty("java.class.path", ""),
                        CHILD_LIMIT,
                        "io.lplb.tornado.provider.ProbeMain"));
    }

    /** Returns the state; stops at the first step that fails. */
    public Availability probe() {
        List<Supplier<Availability>> steps =
                List.of(this::runtime, this::flags, this::nativeLibrary, this::driverFile, this::deviceNode);
        for (Supplier<Availability> step : steps) {
            Availability found = step.get();
            if (!found.available()) {
                return found;
            }
        }
        return fromChild(child.get());
    }

    /** Whether this JVM has TornadoVM's modules. */
    public Availability runtime() {
        return switch (api) {
            case TORNADOVM -> yes("This JVM has TornadoVM's modules.");
            case EMULATOR -> no("This JVM has only the emulator's classes.", SETUP);
            case JAR_ONLY -> no("This JVM has TornadoVM's API on the class path, without its runtime.", SETUP);
            case NONE -> no("This JVM has no TornadoVM.", SETUP);
        };
    }

    /** Whether this JVM was started with the arguments without which TornadoVM's kernels give wrong answers. */
    public Availability flags() {
        List<String> problems = RequiredFlags.problems(jvmArguments);
        return problems.isEmpty()
                ? yes("The JVM has the arguments that kernels need.")
                : no(
                        "The JVM's arguments would make kernels give wrong answers: " + String.join(", ", problems)
                                + ".",
                        SETUP);
    }

    /** Whether TornadoVM's native library is where the JVM looks. */
    public Availability nativeLibrary() {
        return folders(libraryPath)
                .flatMap(folder -> LIBRARIES.stream().map(folder::resolve))
                .filter(Files::exists)
                .findFirst()
                .map(file -> yes(file.getFileName() + " is in " + file.getParent() + "."))
                .orElseGet(() ->
                        no("libtornado-ptx.so is in no folder of java.library.path (" + libraryPath + ").", SETUP));
    }

    /** Whether the NVIDIA driver's library is where the loader looks; does not load it. */
    public Availability driverFile() {
        Stream<Path> named = folders(environment.getOrDefault("LD_LIBRARY_PATH", ""));
        return Stream.concat(named, LIBRARY_FOLDERS.stream().map(root::resolve))
                .map(folder -> folder.resolve("libcuda.so.1"))
                .filter(Files::exists)
                .findFirst()
                .map(file -> yes("The NVIDIA driver's library is " + file + "."))
                .orElseGet(() -> no(
                        "No NVIDIA driver was found (libcuda.so.1).",
                        "Install one, or add its folder to LD_LIBRARY_PATH."));
    }

    /** Whether the system shows a device. */
    public Availability deviceNode() {
        for (String node : List.of("dev/nvidia0", "dev/dxg")) {
            if (Files.exists(root.resolve(node))) {
                return yes("The system has /" + node + ".");
            }
        }
        return no("No NVIDIA device was found (/dev/nvidia0, /dev/dxg).", "Run on a machine with an NVIDIA GPU.");
    }

    private static Availability fromChild(ChildJvm.Result result) {
        for (String line : result.printed().lines().toList()) {
            if (line.startsWith(ProbeMain.PASSED)) {
                return yes(line.substring(ProbeMain.PASSED.length()) + " through TornadoVM.");
            }
        }
        String how = result.failure().isEmpty() ? "" : " (" + result.failure() + ")";
        return no(
                "A test kernel in a child JVM failed" + how + "; its last words: " + result.lastWords() + ".",
                "Compare the driver with what TornadoVM needs (nvidia-smi).");
    }

    private static Stream<Path> folders(String path) {
        return Stream.of(path.split(File.pathSeparator, -1))
                .filter(folder -> !folder.isEmpty())
                .map(Path::of);
    }

    private static Availability yes(String reason) {
        return new Availability(true, reason, "");
    }

    private static Availability no(String reason, String remedy) {
        return new Availability(false, reason, remedy);
    }
}
