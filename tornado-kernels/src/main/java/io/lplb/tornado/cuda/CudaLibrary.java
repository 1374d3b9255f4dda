// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The library of the CUDA driver, libcuda.so.1, and the way its functions are called. It stays loaded until the JVM
 * ends.
 *
 * <p>Immutable and thread-safe.
 */
public final class CudaLibrary {
    /** Property with the path of the library, for machines that have it where the loader does not look. */
    public static final String PATH_PROPERTY = "lplb.libcuda";

    private static final List<String> CANDIDATES = List.of(
            "libcuda.so.1",
            "/usr/lib/wsl/lib/libcuda.so.1",
            "/usr/local/nvidia/lib64/libcuda.so.1",
            "/usr/local/cuda/compat/libcuda.so.1",
            "nvcuda.dll");

    private final SymbolLookup symbols;

    private CudaLibrary(SymbolLookup symbols) {
        this.symbols = symbols;
    }

    /** Loads the library from where {@value #PATH_PROPERTY} says, or from where drivers are usually found. */
    public static CudaLibrary load() throws CudaUnavailableException {
        String path = System.getProperty(PATH_PROPERTY);
        return load(path == null ? CANDIDATES : List.of(path));
    }

    public static CudaLibrary load(List<String> candidates) throws CudaUnavailableException {
        SymbolLookup found;
        try {
            found = find(candidates);
        } catch (IllegalCallerException | UnsupportedOperationException e) {
            throw new CudaUnavailableException("This JVM may not call native code: " + e.getMessage() + ".");
        }
        if (found == null) {
            throw new CudaUnavailableException(
                    "No NVIDIA driver was found (tried " + String.join(", ", candidates) + ").");
        }
        return new CudaLibrary(found);
    }

    /**
     * Loads the first of the libraries that is there, until the JVM ends; null if none is. What was loaded first under a name
     * is found again.
     *
     * @throws IllegalCallerException if the JVM may not call native code
     * @throws UnsupportedOperationException if the platform has no native calls
     */
    @SuppressWarnings("restricted")
    public static @Nullable SymbolLookup find(List<String> candidates) {
        for (String candidate : candidates) {
            try {
                return SymbolLookup.libraryLookup(candidate, Arena.global());
            } catch (IllegalArgumentException absent) {
                // The next may be there; what was tried is in the caller's message if none is.
            }
        }
        return null;
    }

    /** Finds a function under the first of the names that the library has. */
    public Function function(String... names) throws CudaUnavailableException {
        for (String name : names) {
            MemorySegment address = symbols.find(name).orElse(null);
            if (address != null) {
                return new Function(name, address);
            }
        }
        throw new CudaUnavailableException("The NVIDIA driver lacks " + names[0] + "; it is older than CUDA 11.4.");
    }

    /**
     * A function of the library. Its methods are named alike and differ in the arguments that C's function has; they
     * return the CUresult.
     */
    public record Function(String name, MemorySegment address) {
        public int call(int a) {
            try {
                return (int) CudaHandles.I.invokeExact(address, a);
            } catch (Throwable t) {
                throw unexpected(t);
            }
        }

        public int call(long a) {
            try {
                return (int) CudaHandles.L.invokeExact(address, a);
            } catch (Throwable t) {
                throw unexpected(t);
            }
        }

        public int call(int a, long b) {
            try {
                return (int) CudaHandles.IL.invokeExact(address, a, b);
            } catch (Throwable t) {
                throw unexpected(t);
            }
        }

        public int call(long a, int b) {
            try {
                return (int) CudaHandles.LI.invokeExact(address, a, b);
            } catch (Throwable t) {
                throw unexpected(t);
            }
        }

        public int call(long a, long b) {
            try {
                return (int) CudaHandles.LL.invokeExact(address, a, b);
            } catch (Throwable t) {
                throw unexpected(t);
            }
        }

        public int call(long a, int b, int c) {
            try {
                return (int) CudaHandles.LII.invokeExact(address, a, b, c);
            } catch (Throwable t) {
                throw unexpected(t);
            }
        }

        public int call(long a, long b, int c) {
            try {
                return (int) CudaHandles.LLI.invokeExact(address, a, b, c);
            } catch (Throwable t) {
                throw unexpected(t);
            }
        }

        public int call(long a, long b, long c) {
            try {
                return (int) CudaHandles.LLL.invokeExact(address, a, b, c);
            } catch (Throwable t) {
                throw unexpected(t);
            }
        }

        public int call(long a, int b, long c, long d) {
            try {
                return (int) CudaHandles.LILL.invokeExact(address, a, b, c, d);
            } catch (Throwable t) {
                throw unexpected(t);
            }
        }

        public int call(long a, long b, long c, long d) {
            try {
                return (int) CudaHandles.LLLL.invokeExact(address, a, b, c, d);
            } catch (Throwable t) {
                throw unexpected(t);
            }
        }

        public int call(long a, long b, int c, long d, long e) {
            try {
                return (int) CudaHandles.LLILL.invokeExact(address, a, b, c, d, e);
            } catch (Throwable t) {
                throw unexpected(t);
            }
        }

        public int call(long a, long b, long c, int d, long e, long f) {
            try {
                return (int) CudaHandles.LLLILL.invokeExact(address, a, b, c, d, e, f);
            } catch (Throwable t) {
                throw unexpected(t);
            }
        }

        /** One-dimensional launch without dynamic shared memory. */
        public int launch(long function, int blocks, int threads, long stream, long parameters) {
            try {
                return (int) CudaHandles.LAUNCH.invokeExact(
                        address, function, blocks, 1, 1, threads, 1, 1, 0, stream, parameters, 0L);
            } catch (Throwable t) {
                throw unexpected(t);
            }
        }

        public static IllegalStateException unexpected(Throwable t) {
            return new IllegalStateException("a native call cannot throw", t);
        }
    }
}
