// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.doctor;

import io.lplb.tornado.cuda.DriverReport;
import io.lplb.tornado.provider.ChildJvm;
import java.util.List;

/**
 * Finding of a child process that ran {@link DriverCheckMain}.
 *
 * @param kind which of the four ways it went
 * @param reason in a few words, empty for a report
 * @param report what the driver offers; empty unless there is a report
 */
record DriverFinding(Kind kind, String reason, DriverReport report) {
    private static final DriverReport NONE = new DriverReport(0, List.of());

    /** The ways. */
    enum Kind {
        /** The driver said what it has. */
        REPORT,
        /** The library is there, the driver answers with an error. */
        ERROR,
        /** There is no library, or one too old. */
        NO_LIBRARY,
        /** The child crashed, hung or said nothing. */
        LOST
    }

    static DriverFinding of(ChildJvm.Result result) {
        for (String line : result.printed().lines().toList()) {
            if (line.startsWith(DriverCheckMain.NO_LIBRARY)) {
                return new DriverFinding(Kind.NO_LIBRARY, line.substring(DriverCheckMain.NO_LIBRARY.length()), NONE);
            }
            if (line.startsWith(DriverCheckMain.NO_ANSWER)) {
                return new DriverFinding(Kind.ERROR, line.substring(DriverCheckMain.NO_ANSWER.length()), NONE);
            }
        }
        if (result.failure().isEmpty()) {
            try {
                return new DriverFinding(Kind.REPORT, "", DriverReport.parse(result.printed()));
            } catch (IllegalArgumentException e) {
                // Said nothing of the driver: falls to the end.
            }
        }
        return new DriverFinding(Kind.LOST, "Loading the driver: " + Children.failure(result), NONE);
    }
}
