// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/**
 * The context of one device thread. Instrumented kernels use its ids, and {@link KernelHooks} in place of its methods.
 * Code that arrives at the methods is not instrumented, hence not checked, and is refused.
 */
final class DeviceContext extends KernelContext {
    private static final StackWalker STACK = StackWalker.getInstance();

    private final Machine machine;

    DeviceContext(Machine machine, int group, int local, int groupSize, int groups) {
        super(group, local, groupSize, groupSize * groups, 1);
        this.machine = machine;
    }

    private EmulatorException refused() {
        String caller = STACK.walk(frames -> frames.filter(
                        frame -> !frame.getClassName().equals(DeviceContext.class.getName()))
                .findFirst()
                .map(StackWalker.StackFrame::toStackTraceElement)
                .map(StackTraceElement::toString)
                .orElse("nobody"));
        return machine.fault(
                Fault.UNSUPPORTED,
                "the KernelContext in code that is not checked, " + caller
                        + "; expected its package in lplb.emulator.kernelPackages");
    }

    @Override
    public void localBarrier() {
        throw refused();
    }

    @Override
    public void globalBarrier() {
        throw refused();
    }

    @Override
    public int[] allocateIntLocalArray(int size) {
        throw refused();
    }

    @Override
    public byte[] allocateByteLocalArray(int size) {
        throw refused();
    }

    @Override
    public long[] allocateLongLocalArray(int size) {
        throw refused();
    }

    @Override
    public float[] allocateFloatLocalArray(int size) {
        throw refused();
    }

    @Override
    public double[] allocateDoubleLocalArray(int size) {
        throw refused();
    }

    @Override
    public float simdSum(float val) {
        throw refused();
    }

    @Override
    public float simdShuffleDown(float val, int delta) {
        throw refused();
    }

    @Override
    public float simdBroadcastFirst(float val) {
        throw refused();
    }

    @Override
    public void atomicAdd(IntArray array, int index, int val) {
        throw refused();
    }

    @Override
    public void atomicAdd(int[] array, int index, int val) {
        throw refused();
    }

    @Override
    public void atomicAdd(LongArray array, int index, long val) {
        throw refused();
    }

    @Override
    public void atomicAdd(FloatArray array, int index, float val) {
        throw refused();
    }

    @Override
    public void atomicAdd(DoubleArray array, int index, double val) {
        throw refused();
    }
}
