// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

import io.lplb.tornado.sample.WrongKernels;
import java.util.List;
import java.util.stream.Stream;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task2;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The faults of {@link WrongKernels}: where each is to be found, and what must be said about it. */
final class PlantedFaults {
    private PlantedFaults() {}

    /** A kernel, its grid, whether the fault is found without the checks of accesses too, and parts of the message. */
    record Planted(
            String name,
            Task2<KernelContext, IntArray> kernel,
            int groups,
            int groupSize,
            Fault fault,
            boolean withoutChecks,
            List<String> message) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Planted access(
            String name, Task2<KernelContext, IntArray> kernel, int groups, Fault fault, String... message) {
        return new Planted(name, kernel, groups, 32, fault, false, List.of(message));
    }

    private static Planted control(
            String name, Task2<KernelContext, IntArray> kernel, int groupSize, Fault fault, String... message) {
        return new Planted(name, kernel, 1, groupSize, fault, true, List.of(message));
    }

    static Stream<Planted> races() {
        return Stream.of(
                access(
                        "missing barrier",
                        WrongKernels::missingBarrier,
                        1,
                        Fault.RACE,
                        "kernel g.t (WrongKernels.missingBarrier)",
                        "group 0, thread 16: writes element 16 of local int[1024] (allocated at WrongKernels.java:15) at WrongKernels.java:16",
                        "thread 15 read at WrongKernels.java:17 with no barrier between"),
                access(
                        "two writers",
                        WrongKernels::readBeforeWriteOfNeighbour,
                        1,
                        Fault.RACE,
                        "thread 1: writes element 1 of local",
                        "thread 0 wrote"),
                access(
                        "shift in place",
                        WrongKernels::shiftInPlace,
                        1,
                        Fault.RACE,
                        "thread 1: writes element 1",
                        "thread 0 read"),
                access(
                        "a shuffle orders nothing",
                        WrongKernels::shuffleIsNoBarrier,
                        1,
                        Fault.RACE,
                        "thread 0: reads element 1",
                        "thread 1 wrote"),
                access(
                        "global memory in a group",
                        WrongKernels::globalRace,
                        1,
                        Fault.RACE,
                        "thread 1: writes element 1 of global IntArray[32]",
                        "thread 0 read"),
                access(
                        "two groups write",
                        WrongKernels::groupsWriteTheSame,
                        2,
                        Fault.RACE,
                        "group 1, thread 0: writes element 0",
                        "another group's thread 0 wrote",
                        "in the same launch"),
                access(
                        "a group reads, another writes",
                        WrongKernels::groupReadsWhatAnotherWrites,
                        2,
                        Fault.RACE,
                        "group 1, thread 0: reads element 0",
                        "another group's thread 0 wrote"),
                access(
                        "atomic and plain",
                        WrongKernels::atomicAndPlain,
                        1,
                        Fault.RACE,
                        "thread 1: adds to element 0",
                        "thread 0 wrote"),
                access(
                        "atomics of another group",
                        WrongKernels::readsOtherGroupsAtomics,
                        2,
                        Fault.RACE,
                        "group 1, thread 0: reads element 0",
                        "another group added to atomically"),
                access(
                        "plain, then atomic",
                        WrongKernels::plainThenAtomic,
                        1,
                        Fault.RACE,
                        "thread 1: adds to element 0",
                        "thread 0 wrote"));
    }

    static Stream<Planted> memory() {
        return Stream.of(
                access(
                        "local out of bounds",
                        WrongKernels::localOutOfBounds,
                        1,
                        Fault.OUT_OF_BOUNDS,
                        "thread 31: index 31 of local int[31]",
                        "size 31",
                        "at WrongKernels.java:"),
                access(
                        "global out of bounds",
                        WrongKernels::globalOutOfBounds,
                        2,
                        Fault.OUT_OF_BOUNDS,
                        "group 1, thread 31: index 64 of global IntArray[64], size 64"),
                access(
                        "private out of bounds",
                        WrongKernels::privateOutOfBounds,
                        1,
                        Fault.OUT_OF_BOUNDS,
                        "thread 0: index -3 of private float[], size 4"),
                access(
                        "atomic out of bounds",
                        WrongKernels::atomicOutOfBounds,
                        1,
                        Fault.OUT_OF_BOUNDS,
                        "index -1 of global"),
                access(
                        "uninitialised local",
                        WrongKernels::uninitialisedLocal,
                        1,
                        Fault.UNINITIALISED,
                        "thread 7: reads element 7 of local float[64]",
                        "which nothing has written"),
                control(
                        "too much local memory",
                        WrongKernels::tooMuchLocalMemory,
                        32,
                        Fault.LOCAL_MEMORY,
                        "49153 bytes",
                        "49152"),
                control(
                        "allocation in a loop",
                        WrongKernels::allocationInLoop,
                        32,
                        Fault.LOCAL_MEMORY,
                        "for a second time"),
                control(
                        "sizes disagree",
                        WrongKernels::sizesDisagree,
                        32,
                        Fault.LOCAL_MEMORY,
                        "thread 1: a local array of 2 elements",
                        "asked for 1"),
                control("empty local array", WrongKernels::emptyLocalArray, 32, Fault.LOCAL_MEMORY, "of 0 elements"));
    }

    static Stream<Planted> control() {
        return Stream.of(
                control(
                        "barrier in a branch",
                        WrongKernels::barrierInBranch,
                        32,
                        Fault.BARRIER,
                        "thread 0 waits at the barrier at WrongKernels.java:",
                        "with 8 of 32 threads; thread 8 has ended",
                        "and 20 more"),
                control(
                        "early return",
                        WrongKernels::earlyReturn,
                        64,
                        Fault.BARRIER,
                        "with 63 of 64 threads; thread 5 has ended"),
                control(
                        "two barriers",
                        WrongKernels::twoBarriers,
                        32,
                        Fault.BARRIER,
                        "with 16 of 32 threads; thread 1 waits at the barrier at WrongKernels.java:"),
                control(
                        "one barrier, two calls",
                        WrongKernels::oneBarrierTwoCalls,
                        32,
                        Fault.BARRIER,
                        "with 1 of 32 threads",
                        "called at WrongKernels.java:"),
                control(
                        "shuffle in a branch",
                        WrongKernels::shuffleInBranch,
                        64,
                        Fault.SHUFFLE,
                        "thread 0 waits at the shuffle",
                        "with 16 of 32 lanes of its warp; thread 16 has ended"),
                control(
                        "group smaller than a warp",
                        WrongKernels::shuffle,
                        16,
                        Fault.SHUFFLE,
                        "with 16 of 32 lanes",
                        "no more threads"),
                control(
                        "last warp incomplete",
                        WrongKernels::shuffle,
                        40,
                        Fault.SHUFFLE,
                        "thread 32",
                        "with 8 of 32 lanes"),
                control(
                        "shuffle or barrier",
                        WrongKernels::shuffleOrBarrier,
                        32,
                        Fault.SHUFFLE,
                        "with 31 of 32 lanes",
                        "thread 31 waits at the barrier"),
                control(
                        "shuffle too far",
                        WrongKernels::shuffleTooFar,
                        32,
                        Fault.SHUFFLE,
                        "with delta 32; expected 0..31"),
                control(
                        "fma",
                        WrongKernels::fusedMultiplyAdd,
                        32,
                        Fault.UNSUPPORTED,
                        "java.lang.Math.fma(float,float,float)float at WrongKernels.java:"),
                control(
                        "local atomic",
                        WrongKernels::localAtomic,
                        32,
                        Fault.UNSUPPORTED,
                        "atomicAdd on a local array at WrongKernels.java:"),
                control(
                        "unchecked helper",
                        WrongKernels::uncheckedHelper,
                        32,
                        Fault.UNSUPPORTED,
                        "the KernelContext in code that is not checked, ",
                        "UncheckedHelper.synchronise(UncheckedHelper.java:",
                        "expected its package in lplb.emulator.kernelPackages"),
                control("recursion", WrongKernels::recursion, 32, Fault.UNSUPPORTED, "recursion at WrongKernels.java:"),
                control(
                        "division by zero",
                        WrongKernels::divisionByZero,
                        32,
                        Fault.EXCEPTION,
                        "thread 9: java.lang.ArithmeticException: / by zero, at WrongKernels.java:"));
    }

    static Stream<Planted> all() {
        return Stream.of(races(), memory(), control()).flatMap(s -> s);
    }
}
