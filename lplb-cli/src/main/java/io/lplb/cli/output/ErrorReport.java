// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli.output;

import io.lplb.trace.FormatException;
import io.lplb.trace.Printable;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import picocli.CommandLine.ParameterException;

/** Turns exceptions into one line {@code lplb: message} on standard error and an exit code. */
public final class ErrorReport {
    /** The exit code of every error. */
    public static final int FAILED = 2;

    private final PrintWriter err;

    public ErrorReport(Console console) {
        this.err = console.errText();
    }

    /** A command line that cannot be understood. */
    public int usage(ParameterException e) {
        String help = e.getCommandLine().getCommandSpec().qualifiedName() + " --help";
        print(String.valueOf(e.getMessage()) + " (see " + help + ")");
        return FAILED;
    }

    /** A command that failed. */
    public int failure(Exception e, boolean verbose) {
        if (Console.isBrokenPipe(e)) {
            return 0;
        }
        print(messageOf(e));
        trace(e, verbose);
        return FAILED;
    }

    /** A command whose input was too large for the heap. */
    public int outOfMemory(OutOfMemoryError e, boolean verbose) {
        long limit = Runtime.getRuntime().maxMemory() >> 20;
        print("out of memory: the heap may have " + limit + " MiB; LPLB_JAVA_OPTS=-Xmx16g, for example, gives it more");
        trace(e, verbose);
        return FAILED;
    }

    private static String messageOf(Exception e) {
        String message = String.valueOf(e.getMessage());
        if (e instanceof FormatException) {
            return message;
        }
        if (e instanceof NoSuchFileException) {
            return message + ": no such file or folder";
        }
        if (e instanceof AccessDeniedException) {
            return message + ": permission denied";
        }
        if (e instanceof FileAlreadyExistsException) {
            return message + ": exists already";
        }
        if (e instanceof NotDirectoryException) {
            return message + ": not a folder";
        }
        if (e instanceof IOException || e instanceof IllegalArgumentException || e instanceof IllegalStateException) {
            return message;
        }
        return "internal error, please report it with the stack trace that --verbose shows: " + e;
    }

    private void print(String message) {
        err.println("lplb: " + message.lines().map(Printable::withoutControls).reduce("", ErrorReport::join));
    }

    private static String join(String left, String right) {
        return left.isEmpty() ? right : left + " " + right;
    }

    private void trace(Throwable e, boolean verbose) {
        if (verbose || Boolean.getBoolean("lplb.stacktrace") || "".equals(System.getProperty("lplb.stacktrace"))) {
            e.printStackTrace(err);
        }
    }
}
