// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.security.ProtectionDomain;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Defines a machine's own, instrumented copies of kernel classes, and finds everything else where the kernel's own class
 * loader finds it. The copies have static fields of their own.
 */
final class KernelClassLoader extends ClassLoader {
    /**
     * Key under which kernels share a class loader.
     *
     * @param parent the kernel's class loader
     * @param packages packages of code that is instrumented, with their subpackages
     * @param kernelPackage the kernel's own package, without subpackages
     * @param checks whether accesses to arrays are checked
     */
    record Key(ClassLoader parent, List<String> packages, String kernelPackage, boolean checks) {
        boolean isKernelClass(String name) {
            if (name.startsWith("java.")
                    || name.startsWith("uk.ac.manchester.tornado.")
                    || name.startsWith(KernelHooks.class.getPackageName() + ".")) {
                return false;
            }
            return name.substring(0, Math.max(0, name.lastIndexOf('.'))).equals(kernelPackage)
                    || packages.stream().anyMatch(prefix -> name.startsWith(prefix + "."));
        }
    }

    private final Key key;
    private final KernelInstrumenter instrumenter;

    KernelClassLoader(Machine machine, Key key) {
        super(key.parent());
        this.key = key;
        this.instrumenter = new KernelInstrumenter(key.parent(), machine.sites, key.checks(), key::isKernelClass);
        try {
            loadClass(KernelHooks.class.getName())
                    .getMethod("attach", Machine.class)
                    .invoke(null, machine);
        } catch (NoSuchMethodException
                | IllegalAccessException
                | InvocationTargetException
                | ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        boolean hooks = name.equals(KernelHooks.class.getName());
        if (!hooks && !key.isKernelClass(name)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            if (loaded != null) {
                return loaded;
            }
            if (hooks) {
                return define(
                        name,
                        bytesOf(name, KernelHooks.class.getClassLoader()),
                        KernelHooks.class.getProtectionDomain());
            }
            return define(name, instrumenter.instrument(CoverageProbes.add(name, bytesOf(name, key.parent()))), null);
        }
    }

    private Class<?> define(String name, byte[] bytes, @Nullable ProtectionDomain domain) {
        return defineClass(name, bytes, 0, bytes.length, domain);
    }

    private static byte[] bytesOf(String name, @Nullable ClassLoader loader) throws ClassNotFoundException {
        String file = name.replace('.', '/') + ".class";
        try (InputStream in =
                loader == null ? ClassLoader.getSystemResourceAsStream(file) : loader.getResourceAsStream(file)) {
            if (in == null) {
                throw new ClassNotFoundException(name + ": no class file, which the emulator needs to read");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }
}
