// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** The lines of an input that could not be used, by number: the first twenty with their reasons, all counted. */
final class BadLines {
    private static final int NAMED = 20;

    private final List<String> reasons = new ArrayList<>();
    private long count;

    /** Adds a line. */
    void add(long number, String reason) {
        if (reasons.size() < NAMED) {
            reasons.add("line " + number + ": " + reason);
        }
        count++;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** Prints one line for each bad line named, and one with the count if there are more. */
    void print(String input, PrintWriter err) {
        for (String reason : reasons) {
            err.println("lplb: " + input + ": " + reason);
        }
        if (count > reasons.size()) {
            err.println("lplb: " + input + ": " + count + " bad lines in all, of which the first " + reasons.size()
                    + " are named above");
        }
    }
}
