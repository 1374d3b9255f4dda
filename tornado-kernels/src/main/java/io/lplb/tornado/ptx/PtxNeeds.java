// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.ptx;

import io.lplb.tornado.cuda.DriverReport;
import java.util.List;
import java.util.Map;

/**
 * Requirements of this library's PTX on driver and device: a driver compiles PTX up to the version of its own CUDA (PTX
 * ISA manual, "Release notes"), for devices of at least the target's compute capability.
 *
 * <p>Immutable.
 *
 * @param kernels number of kernels
 * @param ptx the highest {@code .version} among them, 10 major + minor
 * @param target the highest {@code .target}, as a compute capability, 10 major + minor
 */
public record PtxNeeds(int kernels, int ptx, int target) {
    /** The CUDA version that brought the functions that this library calls. */
    public static final int FUNCTIONS_CUDA = 11_040;

    /** PTX versions whose CUDA does not follow from the rule "major + 4, same minor" of 7.0 to 8.5. */
    private static final Map<Integer, Integer> LATER_CUDA = Map.of(86, 12_070, 87, 12_080, 88, 12_090, 90, 13_000);

    private static final int LAST_BY_RULE = 85;
    private static final String VERSION = ".version ";
    private static final String TARGET = ".target sm_";

    /** Reads the kernels of this library. */
    public static PtxNeeds ofLibrary() {
        List<PtxKernel> kernels =
                PtxLibrary.read().lines().stream().map(PtxLibrary::load).toList();
        int ptx = 0;
        int target = 0;
        for (PtxKernel kernel : kernels) {
            ptx = Math.max(ptx, directive(kernel, VERSION));
            target = Math.max(target, directive(kernel, TARGET));
        }
        return new PtxNeeds(kernels.size(), ptx, target);
    }

    /** The number after a directive, without its point. */
    private static int directive(PtxKernel kernel, String name) {
        return kernel.text()
                .lines()
                .filter(line -> line.startsWith(name))
                .findFirst()
                .map(line ->
                        Integer.parseInt(line.substring(name.length()).strip().replace(".", "")))
                .orElseThrow(() -> new IllegalStateException(kernel + ": got no " + name + ", expected one"));
    }

    /** Returns the least CUDA version that a driver must serve, 1000 major + 10 minor. */
    public int cuda() {
        int forPtx = LATER_CUDA.getOrDefault(ptx, 1000 * (ptx / 10 + 4) + 10 * (ptx % 10));
        if (ptx > LAST_BY_RULE && !LATER_CUDA.containsKey(ptx)) {
            throw new IllegalStateException("PTX version: got " + ptx + ", expected a known one");
        }
        return Math.max(FUNCTIONS_CUDA, forPtx);
    }

    /** Says why a driver or a device is too old, in one sentence; empty if neither is. */
    public String missing(int driverCuda, int capability) {
        if (driverCuda < cuda()) {
            return "The driver serves CUDA " + DriverReport.versionText(driverCuda) + ", the kernels need "
                    + DriverReport.versionText(cuda()) + ".";
        }
        if (capability < target) {
            return "The device has compute capability " + capability / 10 + "." + capability % 10
                    + ", the kernels need " + target / 10 + "." + target % 10 + ".";
        }
        return "";
    }
}
