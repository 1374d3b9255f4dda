// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A backend that cannot be used or gave no valid answer: with a code for programs, the reason and the remedy for people. */
public final class BackendException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    /** What went wrong. */
    public enum Code {
        /** No provider, or its probe says no. */
        NOT_AVAILABLE,
        /** The provider could not make a solver. */
        NOT_MADE,
        /** The solve ended with an exception. */
        SOLVE_FAILED,
        /** The solve left a group without an answer, or with numbers that are not finite. */
        NO_ANSWER,
        /** Shares are negative or do not sum to their item's load. */
        WRONG_SHARES,
        /** The largest load is not that of the shares, or the lower bound is above what a split attains. */
        WRONG_CERTIFICATE,
        /** The solve did not end within the time limit. */
        TIME_LIMIT,
        /** An interrupt ended the wait for the solve; the backend is not at fault, and the thread's flag is set. */
        INTERRUPTED;

        /** Returns the code as messages show it. */
        String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    /** What went wrong. */
    private final Code code;

    /** What was found. */
    private final String reason;

    /** What to do about it. */
    private final String remedy;

    /**
     * A fault.
     *
     * @param backend the backend's name
     * @param code what kind of fault
     * @param reason what was found, in one sentence or more
     * @param remedy what to do about it, in one sentence; empty if the reason says it
     * @param cause what was thrown, or null
     */
    public BackendException(String backend, Code code, String reason, String remedy, @Nullable Throwable cause) {
        super(("backend " + backend + ": " + code.text() + ". " + reason + " " + remedy).strip(), cause);
        this.code = code;
        this.reason = reason;
        this.remedy = remedy;
    }

    private BackendException(String prefix, BackendException fault) {
        super(prefix + fault.getMessage(), fault);
        this.code = fault.code;
        this.reason = fault.reason;
        this.remedy = fault.remedy;
    }

    /** Returns this fault with a message that begins with the name of who it happened to. */
    BackendException named(String prefix) {
        return prefix.isEmpty() ? this : new BackendException(prefix, this);
    }

    /** {@return what went wrong} */
    public Code code() {
        return code;
    }

    /** {@return what was found} */
    public String reason() {
        return reason;
    }

    /** {@return what to do about it; empty if the reason says it} */
    public String remedy() {
        return remedy;
    }
}
