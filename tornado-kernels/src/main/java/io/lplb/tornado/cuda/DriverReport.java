// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.cuda;

import java.util.ArrayList;
import java.util.List;

/**
 * Versions and devices of this machine's NVIDIA driver. As text, a line {@code cuda VERSION} and a line
 * {@code device INDEX CAPABILITY BYTES NAME} per device, so that a child process can ask and its parent can read.
 *
 * <p>Immutable.
 *
 * @param cuda the CUDA version that the driver serves, 1000 major + 10 minor
 * @param devices the GPUs by index
 */
public record DriverReport(int cuda, List<Device> devices) {
    private static final String CUDA = "cuda ";
    private static final String DEVICE = "device ";
    private static final int DEVICE_WORDS = 5;

    /**
     * A GPU.
     *
     * @param index from 0
     * @param capability the compute capability, 10 major + minor
     * @param memoryBytes size of its memory
     * @param name as the driver says it
     */
    public record Device(int index, int capability, long memoryBytes, String name) {}

    /** Takes a copy of the list. */
    public DriverReport {
        devices = List.copyOf(devices);
    }

    /**
     * Loads the driver's library and asks it. A library that does not fit the machine may end the process.
     *
     * @throws IllegalStateException if there is no driver or it answers with an error; the message says which
     */
    public static DriverReport read() {
        try {
            CudaDriver driver = new CudaDriver(CudaLibrary.load());
            driver.initialise();
            List<Device> devices = new ArrayList<>();
            for (int index = 0; index < driver.deviceCount(); index++) {
                int device = driver.device(index);
                int capability = CudaDevice.capability(driver, device);
                devices.add(new Device(index, capability, driver.totalMemory(device), driver.deviceName(device)));
            }
            return new DriverReport(driver.version(), devices);
        } catch (CudaUnavailableException | CudaException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    /**
     * Reads what {@link #text} wrote; other lines are left out.
     *
     * @throws IllegalArgumentException if there is no line with the version
     */
    public static DriverReport parse(String text) {
        int cuda = 0;
        List<Device> devices = new ArrayList<>();
        for (String line : text.lines().toList()) {
            if (line.startsWith(CUDA)) {
                cuda = Integer.parseInt(line.substring(CUDA.length()));
            } else if (line.startsWith(DEVICE)) {
                String[] words = line.split(" ", DEVICE_WORDS);
                devices.add(new Device(
                        Integer.parseInt(words[1]), Integer.parseInt(words[2]), Long.parseLong(words[3]), words[4]));
            }
        }
        if (cuda == 0) {
            throw new IllegalArgumentException("driver report: got no version, expected a line '" + CUDA + "...'");
        }
        return new DriverReport(cuda, devices);
    }

    /** Returns the report as text. */
    public String text() {
        StringBuilder text = new StringBuilder(CUDA).append(cuda).append('\n');
        for (Device d : devices) {
            text.append(DEVICE).append(d.index).append(' ').append(d.capability).append(' ');
            text.append(d.memoryBytes).append(' ').append(d.name).append('\n');
        }
        return text.toString();
    }

    /** Returns a version as in {@link #cuda}, such as 12.4. */
    public static String versionText(int cuda) {
        return cuda / 1000 + "." + cuda % 1000 / 10;
    }
}
