// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.sample;

import io.lplb.tornado.outside.UncheckedHelper;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Kernels with one planted fault each. All take a context and an array that is as long as the grid. */
public final class WrongKernels {
    private WrongKernels() {}

    public static void missingBarrier(KernelContext context, IntArray data) {
        int thread = context.localIdx;
        int[] local = context.allocateIntLocalArray(1024);
        local[thread] = thread;
        data.set(context.globalIdx, local[context.localGroupSizeX - 1 - thread]);
    }

    public static void readBeforeWriteOfNeighbour(KernelContext context, IntArray data) {
        int thread = context.localIdx;
        int[] local = context.allocateIntLocalArray(1025);
        local[thread] = thread;
        local[thread + 1] = thread + 1;
        context.localBarrier();
        data.set(context.globalIdx, local[thread]);
    }

    public static void shiftInPlace(KernelContext context, IntArray data) {
        int thread = context.localIdx;
        int[] local = context.allocateIntLocalArray(1024);
        local[thread] = thread;
        context.localBarrier();
        int next = thread + 1 < context.localGroupSizeX ? thread + 1 : 0;
        int value = local[next];
        local[thread] = value;
        context.localBarrier();
        data.set(context.globalIdx, local[thread]);
    }

    public static void shuffleIsNoBarrier(KernelContext context, IntArray data) {
        int thread = context.localIdx;
        float[] local = context.allocateFloatLocalArray(1024);
        local[thread] = thread;
        float sum = context.simdSum(1);
        data.set(context.globalIdx, (int) (local[thread ^ 1] + sum));
    }

    public static void globalRace(KernelContext context, IntArray data) {
        int thread = context.localIdx;
        data.set(thread, thread);
        data.set(thread, data.get(thread ^ 1));
    }

    public static void groupsWriteTheSame(KernelContext context, IntArray data) {
        data.set(context.localIdx, context.groupIdx);
    }

    public static void groupReadsWhatAnotherWrites(KernelContext context, IntArray data) {
        int group = context.groupIdx;
        int size = context.localGroupSizeX;
        int sum = data.get((1 - group) * size + context.localIdx);
        context.localBarrier();
        data.set(group * size + context.localIdx, sum);
    }

    public static void atomicAndPlain(KernelContext context, IntArray data) {
        context.atomicAdd(data, 0, 1);
        data.set(context.globalIdx, data.get(0));
    }

    public static void readsOtherGroupsAtomics(KernelContext context, IntArray data) {
        context.atomicAdd(data, 0, 1);
        context.localBarrier();
        if (context.groupIdx == 1 && context.localIdx == 0) {
            data.set(1, data.get(0));
        }
    }

    public static void plainThenAtomic(KernelContext context, IntArray data) {
        if (context.localIdx == 0) {
            data.set(0, 0);
        }
        context.atomicAdd(data, 0, 1);
    }

    public static void barrierInBranch(KernelContext context, IntArray data) {
        if (context.localIdx < 8) {
            context.localBarrier();
        }
        data.set(context.globalIdx, 1);
    }

    public static void earlyReturn(KernelContext context, IntArray data) {
        if (context.localIdx == 5) {
            return;
        }
        context.localBarrier();
        data.set(context.globalIdx, 1);
    }

    @SuppressWarnings("DuplicateBranches") // two barriers are not one
    public static void twoBarriers(KernelContext context, IntArray data) {
        if (context.localIdx % 2 == 0) {
            context.localBarrier();
        } else {
            context.localBarrier();
        }
        data.set(context.globalIdx, 1);
    }

    @SuppressWarnings("DuplicateBranches") // two calls are not one
    public static void oneBarrierTwoCalls(KernelContext context, IntArray data) {
        if (context.localIdx == 0) {
            wait(context);
        } else {
            wait(context);
        }
        data.set(context.globalIdx, 1);
    }

    private static void wait(KernelContext context) {
        context.localBarrier();
    }

    public static void shuffleInBranch(KernelContext context, IntArray data) {
        float sum = 0;
        if (context.localIdx < 16) {
            sum = context.simdSum(1);
        }
        data.set(context.globalIdx, (int) sum);
    }

    public static void shuffle(KernelContext context, IntArray data) {
        data.set(context.globalIdx, (int) context.simdBroadcastFirst(1));
    }

    public static void shuffleOrBarrier(KernelContext context, IntArray data) {
        float sum = 0;
        if (context.localIdx == 31) {
            context.localBarrier();
        } else {
            sum = context.simdShuffleDown(1, 1);
        }
        data.set(context.globalIdx, (int) sum);
    }

    public static void shuffleTooFar(KernelContext context, IntArray data) {
        data.set(context.globalIdx, (int) context.simdShuffleDown(1, 32));
    }

    public static void localOutOfBounds(KernelContext context, IntArray data) {
        int[] local = context.allocateIntLocalArray(31);
        local[context.localIdx] = 1;
        data.set(context.globalIdx, local[context.localIdx]);
    }

    public static void globalOutOfBounds(KernelContext context, IntArray data) {
        data.set(context.globalIdx + 1, 1);
    }

    public static void privateOutOfBounds(KernelContext context, IntArray data) {
        float[] own = new float[4];
        own[context.localIdx - 3] = 1;
        data.set(context.globalIdx, (int) own[0]);
    }

    public static void atomicOutOfBounds(KernelContext context, IntArray data) {
        context.atomicAdd(data, -1, 1);
    }

    public static void uninitialisedLocal(KernelContext context, IntArray data) {
        float[] local = context.allocateFloatLocalArray(64);
        if (context.localIdx != 7) {
            local[context.localIdx] = 1;
        }
        data.set(context.globalIdx, (int) local[context.localIdx]);
    }

    public static void increment(KernelContext context, IntArray data) {
        int i = context.globalIdx;
        data.set(i, data.get(i) + 1);
    }

    public static void atomicIncrement(KernelContext context, IntArray data) {
        context.atomicAdd(data, context.globalIdx, 1);
    }

    public static void tooMuchLocalMemory(KernelContext context, IntArray data) {
        double[] first = context.allocateDoubleLocalArray(6144);
        byte[] second = context.allocateByteLocalArray(1);
        second[0] = (byte) first[0];
        data.set(context.globalIdx, second[0]);
    }

    public static void allocationInLoop(KernelContext context, IntArray data) {
        for (int k = 0; k < 2; k++) {
            int[] local = context.allocateIntLocalArray(1024);
            local[context.localIdx] = k;
            data.set(context.globalIdx, local[context.localIdx]);
        }
    }

    public static void sizesDisagree(KernelContext context, IntArray data) {
        int[] local = context.allocateIntLocalArray(1 + context.localIdx);
        local[context.localIdx] = 1;
        data.set(context.globalIdx, local[context.localIdx]);
    }

    public static void emptyLocalArray(KernelContext context, IntArray data) {
        data.set(context.globalIdx, context.allocateIntLocalArray(0).length);
    }

    public static void endlessLoop(KernelContext context, IntArray data) {
        int[] local = context.allocateIntLocalArray(1);
        if (context.localIdx == 0) {
            local[0] = 0;
            while (local[0] == 0) {
                data.set(context.globalIdx, 1);
            }
        }
    }

    public static void fusedMultiplyAdd(KernelContext context, IntArray data) {
        data.set(context.globalIdx, (int) Math.fma(1f, 2f, 3f));
    }

    public static void localAtomic(KernelContext context, IntArray data) {
        int[] local = context.allocateIntLocalArray(1);
        context.atomicAdd(local, 0, 1);
        data.set(context.globalIdx, 0);
    }

    @SuppressWarnings("InfiniteRecursion") // the planted fault
    public static void recursion(KernelContext context, IntArray data) {
        recursion(context, data);
    }

    public static void uncheckedHelper(KernelContext context, IntArray data) {
        UncheckedHelper.synchronise(context);
        data.set(context.globalIdx, 0);
    }

    public static void divisionByZero(KernelContext context, IntArray data) {
        data.set(context.globalIdx, 1 / (context.localIdx - 9));
    }

    public static void castOfNull(KernelContext context, FloatArray data) {
        float[] none = null;
        data.set(context.globalIdx, none[0]);
    }
}
