// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.program;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Launches of kernels in a fixed order over named buffers. An engine runs a program: {@code io.lplb.tornado.engine.tornado} as a
 * TornadoVM task graph, {@code io.lplb.tornado.engine.cuda} as launches of shipped PTX.
 *
 * <p>Immutable.
 *
 * @param name name of the program, with which the names of its kernels in PTX begin
 * @param steps launches, in their order
 */
public record Program(String name, List<KernelSpec> steps) {

    /** Takes a copy of the list. */
    public Program {
        steps = List.copyOf(steps);
    }

    /** {@return every buffer of the steps once, in the order of first use} */
    public List<Buffer> buffers() {
        Set<Buffer> all = new LinkedHashSet<>();
        steps.forEach(step -> all.addAll(step.arrays()));
        return List.copyOf(all);
    }
}
