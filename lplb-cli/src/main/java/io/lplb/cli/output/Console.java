// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli.output;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The three standard streams as the commands see them, so that tests can put their own in place.
 *
 * <p>Writers of text swallow errors; here the first error of standard output is kept, so that a full disk is reported
 * at the end and a reader that went away ({@code lplb ... | head}) is not.
 *
 * <p>Not thread-safe.
 */
public final class Console {
    private final InputStream in;
    private final RememberingStream out;
    private final PrintWriter outText;
    private final PrintWriter errText;

    /** A console on any streams; text is written in the given charset, data always in UTF-8. */
    public Console(InputStream in, OutputStream out, OutputStream err, Charset charset) {
        this.in = in;
        this.out = new RememberingStream(out);
        this.outText = new PrintWriter(this.out, false, charset);
        this.errText = new PrintWriter(err, true, charset);
    }

    /** The console of this process. */
    public static Console system() {
        String name = System.getProperty("stdout.encoding");
        Charset charset = name == null ? StandardCharsets.UTF_8 : Charset.forName(name);
        return new Console(
                new FileInputStream(FileDescriptor.in),
                new FileOutputStream(FileDescriptor.out),
                new FileOutputStream(FileDescriptor.err),
                charset);
    }

    /** Returns standard input. */
    public InputStream in() {
        return in;
    }

    /** Returns standard output for bytes; text written before is flushed first. */
    public OutputStream out() {
        outText.flush();
        return out;
    }

    /** Returns standard output for text. */
    public PrintWriter outText() {
        return outText;
    }

    /** Returns standard error for text. */
    public PrintWriter errText() {
        return errText;
    }

    /** Flushes both outputs; returns the first error of standard output, or null. */
    public @Nullable IOException flush() {
        outText.flush();
        errText.flush();
        return out.first;
    }

    /** Whether the reader of standard output went away, which is its right. */
    public static boolean isBrokenPipe(@Nullable Throwable e) {
        return e instanceof IOException
                && e.getMessage() != null
                && (e.getMessage().contains("Broken pipe") || e.getMessage().contains("pipe is being closed"));
    }

    /** Passes everything on and keeps the first error. */
    private static final class RememberingStream extends OutputStream {
        private final OutputStream to;
        private @Nullable IOException first;

        RememberingStream(OutputStream to) {
            this.to = to;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                to.write(bytes, offset, length);
            } catch (IOException e) {
                first = first == null ? e : first;
                throw e;
            }
        }

        @Override
        public void flush() throws IOException {
            to.flush();
        }
    }
}
