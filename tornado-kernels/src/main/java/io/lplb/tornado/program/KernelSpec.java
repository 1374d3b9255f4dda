// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.program;

import java.util.List;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Launch of a kernel in a program: the kernel, its arguments and its grid, declared once for all engines.
 *
 * <p>Immutable.
 *
 * @param task name of the launch in its program
 * @param kernelClass name of the kernel's class, whose API need not be there
 * @param method name of the kernel's method, which is the only one of that name in its class
 * @param arrays array arguments in the order of the method's parameters, behind the context
 * @param scalars scalar arguments behind the arrays, Integer or Float; shipped PTX has them compiled in
 * @param threads threads of a work-group
 * @param workGroups number of work-groups for the size of a run
 * @param reference reference of a kernel that is not the library's own, as an engine takes it; null otherwise
 */
public record KernelSpec(
        String task,
        String kernelClass,
        String method,
        List<Buffer> arrays,
        List<Number> scalars,
        int threads,
        IntUnaryOperator workGroups,
        @Nullable Object reference) {
    private static final String PACKAGE = "io.lplb.tornado.kernel.";

    /** Takes copies of the lists. */
    public KernelSpec {
        arrays = List.copyOf(arrays);
        scalars = List.copyOf(scalars);
    }

    /** A launch of a kernel that takes arrays only; its class is named below {@code io.lplb.tornado.kernel}. */
    static KernelSpec of(String kernels, String method, int threads, IntUnaryOperator workGroups, Buffer... arrays) {
        return new KernelSpec(method, PACKAGE + kernels, method, List.of(arrays), List.of(), threads, workGroups, null);
    }

    /** {@return the same launch, with work-groups for runs that have another measure} */
    public KernelSpec with(IntUnaryOperator otherWorkGroups) {
        return new KernelSpec(task, kernelClass, method, arrays, scalars, threads, otherWorkGroups, reference);
    }

    /** {@return the name of the kernel, class and method} */
    public String kernel() {
        return kernelClass + "." + method;
    }
}
