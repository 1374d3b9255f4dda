// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.export;

import io.lplb.tornado.kernel.WorkGroup;
import io.lplb.tornado.program.KernelSpec;
import io.lplb.tornado.program.WorkGroups;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * CUDA C of one kernel, from what TornadoVM's CUDA backend emits to what is compiled offline. This is the one pass over emitted text;
 * without its changes but the first the code computes the same, as far as rounding goes, but slower (docs/measurements/kernels.md). It
 * changes six things:
 *
 * <ul>
 *   <li>Right shifts that fill with zeros are those of unsigned numbers, see {@link RightShifts}.
 *   <li>The head of the kernel gets a name of its own, the parameters of TornadoVM's launches (two that are not used, then the arrays;
 *       scalars are constants in the code) and, where {@link WorkGroup} names the number of threads, that number, so that registers are not kept
 *       free for larger work-groups.
 *   <li>The last store, which is the stamp of an answer, names its semantics, so that a host that waits for stamps can have them
 *       released ({@link io.lplb.tornado.ptx.PtxKernel#withReleasedStamp}).
 *   <li>In such a work-group of one warp barriers are those of the warp, unless there are shuffles: for these the compiler then no longer
 *       knows that the warp is whole, and makes it so each time.
 *   <li>Where {@link CompileOptions} say so, loops that Graal left are unrolled so often and not more.
 *   <li>Minima and maxima of 64-bit numbers and constants are declared.
 * </ul>
 */
final class CudaSource {
    private static final String HEAD = "extern \"C\" __global__ void ";
    private static final Pattern FIRST_LINE = Pattern.compile(Pattern.quote(HEAD) + "(\\w+)\\((.*)\\)");
    private static final Pattern STORE =
            Pattern.compile("\\*\\(\\(\\s*(float|double|int)\\s*\\*\\)\\s*(\\w+)\\)\\s*=\\s*(.+);");

    /** The last of the parameters that the backend puts before a method's. */
    private static final String LAST_HIDDEN = "int *_atomics";

    /** The backend writes constants of type long, which with variables of type long long leave the choice of the function open. */
    private static final String LONG_CHOICES = """
            static __device__ __forceinline__ long long min(long long a, long b) { return a < b ? a : b; }
            static __device__ __forceinline__ long long min(long a, long long b) { return a < b ? a : b; }
            static __device__ __forceinline__ long long max(long long a, long b) { return a > b ? a : b; }
            static __device__ __forceinline__ long long max(long a, long long b) { return a > b ? a : b; }
            """;

    private static final int WARP = 32;

    private final String emitted;
    private final Matcher head;

    private CudaSource(String emitted) {
        this.emitted = emitted;
        head = FIRST_LINE.matcher(emitted);
        if (!head.find()) {
            throw new IllegalArgumentException("CUDA C: got no kernel, expected one that begins with " + HEAD);
        }
    }

    /**
     * Finds a kernel in what TornadoVM has printed.
     *
     * @param printed sources of any number of kernels, one after another
     * @param method name of the kernel's method
     */
    static CudaSource find(String printed, String method) {
        int at = at(printed, method);
        int end = printed.indexOf(HEAD, at + 1);
        return new CudaSource(end < 0 ? printed.substring(at) : printed.substring(at, end));
    }

    /**
     * Finds a kernel in what TornadoVM has printed, and corrects its right shifts.
     *
     * @param trace of the compiler, of the same kernels in the same order
     */
    static CudaSource find(String printed, String method, String trace) {
        List<RightShifts> shifts = RightShifts.ofEach(trace);
        int kernels = printed.split(Pattern.quote(HEAD), -1).length - 1;
        if (shifts.size() != kernels) {
            throw new IllegalStateException("trace of the compiler: got " + shifts.size() + " kernels, expected "
                    + kernels + " (-Dtornado.logger.buildlir=true)");
        }
        int earlier = printed.substring(0, at(printed, method)).split(Pattern.quote(HEAD), -1).length - 1;
        return new CudaSource(shifts.get(earlier).corrected(method, find(printed, method).emitted));
    }

    private static int at(String printed, String method) {
        int at = printed.lastIndexOf(HEAD + method + "(");
        if (at < 0) {
            throw new IllegalStateException("CUDA C: got none of " + method + ", expected its source");
        }
        return at;
    }

    /** Returns the text as it was emitted. */
    String emitted() {
        return emitted;
    }

    /**
     * Returns the text to compile.
     *
     * @param entry name of the kernel
     * @param stamps whether the last store is a stamp
     */
    String toCompile(String entry, KernelSpec spec, boolean stamps, CompileOptions options) {
        List<String> given = List.of(head.group(2).split(", ", -1));
        int first = given.indexOf(LAST_HIDDEN) + 1;
        String arrays =
                String.join(", ", given.subList(first, first + spec.arrays().size()));
        String body = emitted.substring(head.end());
        StringBuilder text = new StringBuilder(body.contains("min(") || body.contains("max(") ? LONG_CHOICES : "");
        boolean fixed = WorkGroups.isAnnotated(spec.kernelClass(), spec.method());
        if (fixed && spec.threads() == WARP && !body.contains("__shfl")) {
            text.append("#define __syncthreads __syncwarp\n");
        }
        if (options.unroll() > 0) {
            text.append("#define for _Pragma(\"unroll ")
                    .append(options.unroll())
                    .append("\") for\n");
        }
        String blocks = options.leastBlocks() > 0 ? ", " + options.leastBlocks() : "";
        text.append(HEAD)
                .append(fixed ? "__launch_bounds__(" + spec.threads() + blocks + ") " : "")
                .append(entry)
                .append("(unsigned char *kernel_context, unsigned char *context_unused, ")
                .append(arrays)
                .append(')');
        return text.append(stamps ? withNamedStore(body) : body).toString();
    }

    private static String withNamedStore(String body) {
        Matcher stores = STORE.matcher(body);
        int from = -1;
        while (stores.find()) {
            from = stores.start();
        }
        if (from < 0 || !stores.find(from)) {
            throw new IllegalStateException("CUDA C: got no store, expected one of the stamp");
        }
        boolean wide = stores.group(1).equals("double");
        String store = "asm volatile(\"st.weak.global." + (wide ? "f64" : "f32")
                + " [%0], %1;\" :: \"l\"(__cvta_generic_to_global((void *) " + stores.group(2) + ")), \""
                + (wide ? "d" : "f") + "\"(" + stores.group(3) + ") : \"memory\");";
        return body.substring(0, from) + store + body.substring(stores.end());
    }
}
