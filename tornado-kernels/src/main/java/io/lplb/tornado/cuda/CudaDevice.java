// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.cuda;

/**
 * A GPU with its primary context, which the process's users of the CUDA runtime share.
 *
 * <p>Thread-safe but for {@link #close}, after which nothing may be called.
 */
public final class CudaDevice implements AutoCloseable {
    private final CudaDriver driver;
    private final int device;
    private final String name;
    private final int capability;
    private final SharedContext shared;
    private final long context;
    private boolean closed;

    /**
     * Opens a device.
     *
     * @param index from 0
     * @throws CudaException if there is none of that index, or the driver refuses
     */
    public CudaDevice(CudaDriver driver, int index) {
        this.driver = driver;
        driver.initialise();
        device = driver.device(index);
        name = driver.deviceName(device);
        capability = capability(driver, device);
        shared = SharedContext.of(driver, device);
        context = shared.retain(driver);
    }

    /** Returns the compute capability of a device that need not be open, 10 major + minor. */
    public static int capability(CudaDriver driver, int device) {
        return 10 * driver.attribute(CudaDriver.COMPUTE_CAPABILITY_MAJOR, device)
                + driver.attribute(CudaDriver.COMPUTE_CAPABILITY_MINOR, device);
    }

    public CudaDriver driver() {
        return driver;
    }

    public String name() {
        return name;
    }

    /** Returns the compute capability, 10 major + minor. */
    public int capability() {
        return capability;
    }

    /** Makes the device's context current for the calling thread; {@link #leave} undoes it. */
    public void enter() {
        driver.pushCurrent(context);
    }

    public void leave() {
        driver.popCurrent();
    }

    /**
     * Returns a kernel of a solver's code, compiled if no one has asked for it before; it stays loaded while the process uses the
     * device. The context must be current.
     */
    public long function(String code, String entry) {
        return driver.function(shared.module(driver, code), entry);
    }

    /** Frees what was taken on the device, with its context current, and closes the device; failures of both are thrown together. */
    public void closeAfter(Runnable free) {
        Cleanup all = new Cleanup();
        all.add(this::close);
        all.add(() -> {
            enter();
            try {
                free.run();
            } finally {
                leave();
            }
        });
        all.close();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            shared.release(driver, context);
        }
    }
}
