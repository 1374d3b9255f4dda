// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.provider;

import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.BackendException;
import io.lplb.solver.BackendException.Code;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.SolverProvider.Availability;
import io.lplb.tornado.cuda.CudaDevice;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.CudaException;
import io.lplb.tornado.cuda.CudaLibrary;
import io.lplb.tornado.cuda.CudaUnavailableException;
import io.lplb.tornado.cuda.DriverReport;
import io.lplb.tornado.solve.GpuSolver;

/**
 * The launch through the driver as one of two ways to the GPU: what a provider of the backend {@code gpu} asks first,
 * before TornadoVM.
 */
public final class DriverProvider {
    /** Property that forces a way to the GPU: {@code driver} or {@code tornado}. */
    public static final String LAUNCHER_PROPERTY = "lplb.gpuLauncher";

    /** Property with the index of the GPU, 0 if absent. */
    public static final String DEVICE_PROPERTY = "lplb.gpuDevice";

    /** Property with the path of the driver's library, for machines that have it where the loader does not look. */
    public static final String LIBRARY_PROPERTY = CudaLibrary.PATH_PROPERTY;

    /** The architecture for which the PTX is written: A100. */
    public static final int LEAST_CAPABILITY = 80;

    /** Remedy where the driver or the device is missing or too old, in one sentence. */
    public static final String REMEDY = "Install NVIDIA's driver 470 (CUDA 11.4) or newer on a machine with a GPU of"
            + " compute capability 8.0 or above (A100); -D" + CudaLibrary.PATH_PROPERTY
            + "=FILE names its libcuda.so.1.";

    private DriverProvider() {}

    /** Looks whether kernels can be launched here, for some shapes of problems at least. Changes nothing. */
    public static Availability probe() {
        return probe(Integer.getInteger(DEVICE_PROPERTY, 0));
    }

    static Availability probe(int deviceIndex) {
        try {
            CudaDriver driver = new CudaDriver(CudaLibrary.load());
            driver.initialise();
            int device = driver.device(deviceIndex);
            int capability = CudaDevice.capability(driver, device);
            String name = driver.deviceName(device);
            if (capability < LEAST_CAPABILITY) {
                return new Availability(
                        false, name + " is older than the kernels' PTX (sm_" + capability + ").", REMEDY);
            }
            String version = DriverReport.versionText(driver.version());
            return new Availability(true, name + " through its driver, CUDA " + version + ".", "");
        } catch (CudaUnavailableException | CudaException e) {
            return new Availability(false, "The NVIDIA driver cannot be used: " + e.getMessage(), REMEDY);
        }
    }

    /** Says what a solver for the problem lacks, in one sentence; empty if nothing. Touches no driver. */
    public static String missing(String name, MinMaxProblem problem) {
        return GpuSolver.missingOnDriver(name, problem);
    }

    /**
     * Makes a solver on the GPU of {@value #DEVICE_PROPERTY}.
     *
     * @throws BackendException if the driver cannot be used; the message says why
     * @throws IllegalArgumentException if there is no PTX for the solver and the problem
     */
    public static MinMaxSolver create(String name, MinMaxProblem problem, double tolerance, int maxGroups) {
        try {
            return GpuSolver.onDriver(name, problem, tolerance, maxGroups, Integer.getInteger(DEVICE_PROPERTY, 0));
        } catch (CudaUnavailableException e) {
            throw new BackendException("gpu", Code.NOT_AVAILABLE, String.valueOf(e.getMessage()), REMEDY, e);
        }
    }
}
