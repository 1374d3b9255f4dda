// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.doctor;

import io.lplb.solver.Backends;
import io.lplb.solver.SolverProvider;
import io.lplb.solver.SolverProvider.Availability;
import io.lplb.tornado.provider.DriverProvider;
import io.lplb.tornado.provider.GpuProbe;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Climbs the ladder on this machine. */
public final class Doctor {
    private Doctor() {}

    /**
     * Runs all checks.
     *
     * @param limit what each child process is given
     */
    public static List<Check> examine(Duration limit) {
        return examine(
                Children.jvms(limit),
                GpuProbe.here(),
                System.getenv(),
                Integer.getInteger(DriverProvider.DEVICE_PROPERTY, 0));
    }

    static List<Check> examine(Children children, GpuProbe probe, Map<String, String> environment, int deviceIndex) {
        Ladder ladder = new Ladder();
        HostChecks.add(ladder);
        addEmulator(ladder, children);
        new GpuChecks(ladder, children, probe, environment, deviceIndex).add();
        return ladder.checks();
    }

    private static void addEmulator(Ladder ladder, Children children) {
        String id = "emulator-solve";
        String title = "Solve under the emulator";
        Optional<SolverProvider> emulator = Backends.providers().stream()
                .filter(provider -> provider.backend().equals("emulator"))
                .findFirst();
        Availability found = emulator.map(Backends::probe)
                .orElseGet(() -> new Availability(false, "The emulator is not on the class path.", ""));
        if (found.available()) {
            ladder.add(
                    id,
                    title,
                    Set.of("java"),
                    () -> SolveCheckMain.parse(
                            children.run(List.of(), SolveCheckMain.class.getName(), "emulator"),
                            "It is for tests only; report it, please."));
        } else {
            ladder.skip(id, title, found.text());
        }
    }
}
