// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.doctor;

import io.lplb.doctor.DriverFinding.Kind;
import io.lplb.solver.SolverProvider.Availability;
import io.lplb.tornado.cuda.DriverReport;
import io.lplb.tornado.provider.DriverProvider;
import io.lplb.tornado.provider.GpuProbe;
import io.lplb.tornado.ptx.PtxNeeds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The rungs to the GPU, by the driver and by TornadoVM. Nothing here loads a native library into this process: the
 * driver is asked and the kernels run in children.
 *
 * <p>Not thread-safe.
 */
final class GpuChecks {
    private static final String NEW_DRIVER = "Install a newer NVIDIA driver, or use a newer GPU.";
    private static final String SETUP = "Run ./setup-tornado.sh, then LPLB_JAVA_OPTS=@lplb-gpu.args bin/lplb doctor.";
    private static final String SMI = "Compare with nvidia-smi; dmesg shows what the driver logged.";

    private final Ladder ladder;
    private final Children children;
    private final GpuProbe probe;
    private final Map<String, String> environment;
    private final int deviceIndex;

    GpuChecks(Ladder ladder, Children children, GpuProbe probe, Map<String, String> environment, int deviceIndex) {
        this.ladder = ladder;
        this.children = children;
        this.probe = probe;
        this.environment = environment;
        this.deviceIndex = deviceIndex;
    }

    void add() {
        byDriver();
        byTornado();
        ladder.add(
                "nccl",
                "NCCL, for an exchange among GPUs",
                Set.of("devices"),
                () -> NcclCheckMain.parse(children.run(List.of(), NcclCheckMain.class.getName())));
    }

    private void byDriver() {
        DriverFinding driver = DriverFinding.of(children.run(List.of(), DriverCheckMain.class.getName()));
        ladder.add("libcuda", "NVIDIA driver's library", Set.of(), () -> library(driver));
        ladder.add("driver", "NVIDIA driver", Set.of("libcuda"), () -> version(driver));
        ladder.add("devices", "NVIDIA devices", Set.of("driver"), () -> devices(driver.report()));
        ladder.add("ptx", "Kernels for this driver and device", Set.of("devices"), () -> ptx(driver.report()));
        ladder.add("gpu-driver-solve", "Solve on the GPU by its driver", Set.of("ptx"), () -> solve("driver", SMI));
    }

    private Availability library(DriverFinding driver) {
        if (driver.kind() == Kind.REPORT || driver.kind() == Kind.ERROR) {
            Availability file = probe.driverFile();
            return new Availability(true, file.available() ? file.reason() : "The loader found libcuda.", "");
        }
        String remedy = driver.kind() == Kind.NO_LIBRARY ? DriverProvider.REMEDY : SMI;
        return new Availability(false, driver.reason(), remedy);
    }

    private static Availability version(DriverFinding driver) {
        return driver.kind() == Kind.REPORT
                ? new Availability(
                        true,
                        "It serves CUDA "
                                + DriverReport.versionText(driver.report().cuda()) + ".",
                        "")
                : new Availability(false, "The driver answers: " + driver.reason() + ".", SMI);
    }

    private Availability devices(DriverReport report) {
        String list = report.devices().stream().map(GpuChecks::text).collect(Collectors.joining("; "));
        if (report.devices().isEmpty()) {
            return new Availability(false, "The driver has no device.", "Run on a machine with an NVIDIA GPU.");
        }
        if (deviceIndex < 0 || deviceIndex >= report.devices().size()) {
            return new Availability(
                    false,
                    DriverProvider.DEVICE_PROPERTY + " is " + deviceIndex + ", the devices are " + list + ".",
                    "Set -D" + DriverProvider.DEVICE_PROPERTY + " to one of them.");
        }
        return new Availability(true, list + ".", "");
    }

    private static String text(DriverReport.Device device) {
        return String.format(
                Locale.ROOT,
                "%d: %s, compute capability %d.%d, %.1f GiB",
                device.index(),
                device.name(),
                device.capability() / 10,
                device.capability() % 10,
                device.memoryBytes() / (double) (1 << 30));
    }

    private Availability ptx(DriverReport report) {
        PtxNeeds needs = PtxNeeds.ofLibrary();
        int capability = report.devices().get(deviceIndex).capability();
        String missing = needs.missing(report.cuda(), capability);
        return missing.isEmpty()
                ? new Availability(
                        true,
                        String.format(
                                Locale.ROOT,
                                "%d kernels of PTX %d.%d for sm_%d, which the driver compiles for sm_%d.",
                                needs.kernels(),
                                needs.ptx() / 10,
                                needs.ptx() % 10,
                                needs.target(),
                                capability),
                        "")
                : new Availability(false, missing, NEW_DRIVER);
    }

    private void byTornado() {
        ladder.add("tornado-sdk", "TornadoVM SDK", Set.of(), this::sdk);
        ladder.add("tornado-flags", "JVM arguments for TornadoVM", Set.of("tornado-sdk"), this::flags);
        ladder.add(
                "gpu-tornado-solve",
                "Solve on the GPU by TornadoVM",
                Set.of("devices", "tornado-flags"),
                () -> solve("tornado", SMI));
    }

    private Availability sdk() {
        String home = environment.getOrDefault("TORNADOVM_HOME", "");
        String where;
        if (home.isEmpty()) {
            where = "TORNADOVM_HOME is not set.";
        } else if (Files.isDirectory(Path.of(home))) {
            where = "TORNADOVM_HOME is " + home + ".";
        } else {
            where = "TORNADOVM_HOME is " + home + ", which is no folder.";
        }
        Availability runtime = probe.runtime();
        return new Availability(runtime.available(), runtime.reason() + " " + where, runtime.available() ? "" : SETUP);
    }

    private Availability flags() {
        Availability flags = probe.flags();
        return flags.available() ? probe.nativeLibrary() : flags;
    }

    private Availability solve(String launcher, String remedy) {
        return SolveCheckMain.parse(
                children.run(
                        List.of("-D" + DriverProvider.LAUNCHER_PROPERTY + "=" + launcher),
                        SolveCheckMain.class.getName(),
                        "gpu"),
                remedy);
    }
}
