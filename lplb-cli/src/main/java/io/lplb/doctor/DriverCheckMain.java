// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.doctor;

import io.lplb.tornado.cuda.CudaUnavailableException;
import io.lplb.tornado.cuda.DriverReport;
import java.io.PrintStream;

/** {@link DriverReport} in a process of its own: loading a driver that does not fit can end the process. */
final class DriverCheckMain {
    /** Beginning of the line where there is no usable library. */
    static final String NO_LIBRARY = "lplb-driver no library: ";

    /** Beginning of the line where the driver answers with an error. */
    static final String NO_ANSWER = "lplb-driver error: ";

    private DriverCheckMain() {}

    /** Prints the driver's report or one line with the reason why there is none; takes no arguments. */
    public static void main(String[] arguments) {
        run(System.out);
    }

    static void run(PrintStream out) {
        try {
            out.print(DriverReport.read().text());
        } catch (IllegalStateException e) {
            String kind = e.getCause() instanceof CudaUnavailableException ? NO_LIBRARY : NO_ANSWER;
            out.println(kind + e.getMessage());
        }
        out.flush();
    }
}
