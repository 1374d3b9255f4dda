// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.doctor;

import io.lplb.solver.SolverProvider.Availability;
import io.lplb.tornado.provider.ChildJvm;
import java.io.PrintStream;

/** {@link SolveCheck} in a process of its own; takes the backend's name, prints one line for {@link #parse}. */
final class SolveCheckMain {
    private static final String PASSED = "lplb-check passed: ";
    private static final String FAILED = "lplb-check failed: ";

    private SolveCheckMain() {}

    /** Runs the check. */
    public static void main(String[] arguments) {
        run(System.out, arguments[0]);
        // Threads of a driver must not keep the process.
        System.exit(0);
    }

    static void run(PrintStream out, String backend) {
        Availability found;
        try {
            found = new SolveCheck().run(backend);
        } catch (RuntimeException | LinkageError e) {
            found = new Availability(false, String.valueOf(e.getMessage() == null ? e : e.getMessage()), "");
        }
        out.println((found.available() ? PASSED : FAILED) + found.text().replace('\n', ' '));
        out.flush();
    }

    /** Returns what a child that ran {@link #main} found. */
    static Availability parse(ChildJvm.Result result, String remedy) {
        for (String line : result.printed().lines().toList()) {
            if (line.startsWith(PASSED) && result.failure().isEmpty()) {
                return new Availability(true, line.substring(PASSED.length()), "");
            }
            if (line.startsWith(FAILED)) {
                return new Availability(false, line.substring(FAILED.length()), remedy);
            }
        }
        return new Availability(false, Children.failure(result), remedy);
    }
}
