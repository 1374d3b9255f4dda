// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.doctor;

import io.lplb.nccl.NcclException;
import io.lplb.nccl.NcclExchange;
import io.lplb.nccl.NcclUnavailableException;
import io.lplb.solver.SolverProvider.Availability;
import io.lplb.tornado.provider.ChildJvm;
import java.io.PrintStream;

/** Loads NCCL in a process of its own, as {@link DriverCheckMain} does with the driver. */
final class NcclCheckMain {
    private static final String FOUND = "lplb-nccl found: ";
    private static final String MISSING = "lplb-nccl missing: ";
    private static final String REMEDY =
            "Only an exchange among GPUs needs it: install it (pip install nvidia-nccl-cu13, "
                    + "or the package libnccl2) and set -D" + NcclExchange.LIBRARY_PROPERTY + " to libnccl.so.2.";

    private NcclCheckMain() {}

    /** Prints NCCL's version or one line with the reason why there is none; takes no arguments. */
    public static void main(String[] arguments) {
        run(System.out);
    }

    static void run(PrintStream out) {
        try {
            out.println(FOUND + NcclExchange.libraryVersion());
        } catch (NcclUnavailableException | NcclException e) {
            out.println(MISSING + e.getMessage());
        }
        out.flush();
    }

    static Availability parse(ChildJvm.Result result) {
        for (String line : result.printed().lines().toList()) {
            if (line.startsWith(FOUND)) {
                return new Availability(true, "NCCL " + line.substring(FOUND.length()) + ".", "");
            }
            if (line.startsWith(MISSING)) {
                return new Availability(false, line.substring(MISSING.length()), REMEDY);
            }
        }
        return new Availability(false, "Loading NCCL: " + Children.failure(result), REMEDY);
    }
}
