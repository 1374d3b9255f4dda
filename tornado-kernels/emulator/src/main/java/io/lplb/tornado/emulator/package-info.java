// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * Runs TornadoVM kernels on the CPU for tests: a clean-room emulator of the part of TornadoVM's API that the
 * project uses. It is a way to test kernels without a GPU, never a way to be fast.
 *
 * <p>The way of an execution: an {@link io.lplb.tornado.emulator.EmulatedPlan} has graphs, a graph has device memory; a
 * task's lambda leads to a static method ({@code KernelReference}), whose class is rewritten as it is loaded ({@code
 * KernelClassLoader}, {@code KernelCode}); a {@link io.lplb.tornado.emulator.Machine} runs the work-groups one after the
 * other ({@code WorkGroup}), a work-group its device threads one at a time ({@code DeviceThread} on a {@code Coroutine});
 * rewritten accesses are checked by a {@link io.lplb.tornado.emulator.MemoryChecker}. {@link
 * io.lplb.tornado.emulator.Fault} lists what is found.
 *
 * <p>What it is stricter in than a GPU: only barriers order accesses, never a shuffle or a warp's lockstep; writes of one
 * value by several threads are races too; memory starts with the bytes of NaN, and reading it is a fault. What it cannot
 * see: how TornadoVM compiles a kernel, the rounding of a GPU's division, roots and fused operations, and time. Grids have
 * one dimension, and loops marked {@code @Parallel} run in order.
 */
@NullMarked
package io.lplb.tornado.emulator;

import org.jspecify.annotations.NullMarked;
