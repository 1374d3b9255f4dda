// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;

/** Makes ServiceLoader find one provider in this thread, until closed. */
public final class InstalledProvider implements AutoCloseable {
    private final ClassLoader before = Thread.currentThread().getContextClassLoader();
    private final URLClassLoader loader;

    /** Hides the providers that the class path lists, so that none of them is asked and remembers what it found. */
    private static final class OnlyOwnServices extends URLClassLoader {
        OnlyOwnServices(URL folder, ClassLoader parent) {
            super(new URL[] {folder}, parent);
        }

        @Override
        public Enumeration<URL> getResources(String name) throws IOException {
            return name.startsWith("META-INF/services/") ? findResources(name) : super.getResources(name);
        }
    }

    /** Lists one class as the only provider, in a file below the folder. */
    public InstalledProvider(Path folder, String className) {
        try {
            Path services = Files.createDirectories(folder.resolve("META-INF/services"));
            Files.writeString(services.resolve("io.lplb.solver.SolverProvider"), className + "\n");
            loader = new OnlyOwnServices(folder.toUri().toURL(), before);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.currentThread().setContextClassLoader(loader);
    }

    @Override
    public void close() {
        Thread.currentThread().setContextClassLoader(before);
        try {
            loader.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
