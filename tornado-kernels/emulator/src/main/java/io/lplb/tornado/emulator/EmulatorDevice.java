// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

import java.util.List;
import java.util.Objects;
import uk.ac.manchester.tornado.api.TornadoBackend;
import uk.ac.manchester.tornado.api.TornadoRuntime;
import uk.ac.manchester.tornado.api.TornadoTargetDevice;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;

/** The emulator as the one device of the one backend, with the limits of a GPU that kernels must keep to. */
public final class EmulatorDevice implements TornadoDevice, TornadoTargetDevice, TornadoBackend, TornadoRuntime {
    /** The runtime, its backend and its device. */
    public static final EmulatorDevice RUNTIME = new EmulatorDevice();

    /** Most threads of a work-group. */
    public static final int MAX_GROUP_THREADS = 1024;

    /** Most bytes of local memory of a work-group: what CUDA grants without opting in. */
    public static final int LOCAL_MEMORY_BYTES = 48 * 1024;

    /** Threads that shuffle with each other. */
    public static final int WARP = 32;

    private EmulatorDevice() {}

    @Override
    public String getDeviceName() {
        return "LPLB emulator (CPU)";
    }

    @Override
    public String getDescription() {
        return "LPLB emulator of TornadoVM kernels on the CPU, for tests";
    }

    @Override
    public String getPlatformName() {
        return "LPLB emulator";
    }

    @Override
    public String getName() {
        return "emulator";
    }

    @Override
    public TornadoTargetDevice getPhysicalDevice() {
        return this;
    }

    @Override
    public TornadoDeviceType getDeviceType() {
        return TornadoDeviceType.CPU;
    }

    @Override
    public TornadoDeviceType getTypeDefaultDevice() {
        return getDeviceType();
    }

    @Override
    public TornadoVMBackendType getTornadoVMBackend() {
        return TornadoVMBackendType.JAVA;
    }

    @Override
    public TornadoVMBackendType getBackendType() {
        return getTornadoVMBackend();
    }

    @Override
    public TornadoVMBackendType getBackendType(int index) {
        return getBackend(index).getBackendType();
    }

    @Override
    public int getBackendIndex() {
        return 0;
    }

    @Override
    public long getMaxGlobalMemory() {
        return Runtime.getRuntime().maxMemory();
    }

    @Override
    public long getDeviceGlobalMemorySize() {
        return getMaxGlobalMemory();
    }

    @Override
    public long getDeviceLocalMemorySize() {
        return LOCAL_MEMORY_BYTES;
    }

    @Override
    public int getDeviceMaxComputeUnits() {
        return 1;
    }

    @Override
    public long[] getDeviceMaxWorkGroupSize() {
        return new long[] {MAX_GROUP_THREADS, 1, 1};
    }

    @Override
    public int getMaxThreadsPerBlock() {
        return MAX_GROUP_THREADS;
    }

    @Override
    public TornadoBackend getBackend(int index) {
        Objects.checkIndex(index, 1);
        return this;
    }

    @Override
    public int getNumBackends() {
        return 1;
    }

    @Override
    public TornadoDevice getDefaultDevice() {
        return this;
    }

    @Override
    public int getNumDevices() {
        return 1;
    }

    @Override
    public TornadoDevice getDevice(int index) {
        Objects.checkIndex(index, 1);
        return this;
    }

    @Override
    public List<TornadoDevice> getAllDevices() {
        return List.of(this);
    }
}
