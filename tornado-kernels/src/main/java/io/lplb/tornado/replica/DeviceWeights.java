// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.replica;

import io.lplb.replica.ReplicaSettings;
import io.lplb.replica.WeightCopies;
import io.lplb.tornado.cuda.CudaDriver;
import java.util.Objects;

/**
 * Weights of all ranks in the memory of one device, copied by the device: for virtual ranks that share a GPU.
 *
 * <pre>
 *   memory   | slot 0 of rank 0 | slot 1 | ... | slot 0 of rank 1 | ...      expertBytes each, by physical slot
 * </pre>
 *
 * <p>Belongs to one thread, with the device's context current. Copying allocates nothing.
 */
public final class DeviceWeights {
    private final CudaDriver driver;
    private final int slots;
    private final long memory;
    private final long expertBytes;
    private final long stream;
    private long copied;

    /**
     * Weights in the caller's memory.
     *
     * @param memory device address of the weights of all slots
     * @param expertBytes bytes of an expert, at least 1
     * @param stream where copies are put
     */
    public DeviceWeights(CudaDriver driver, ReplicaSettings settings, long memory, long expertBytes, long stream) {
        if (expertBytes < 1) {
            throw new IllegalArgumentException("expertBytes: got " + expertBytes + ", expected at least 1");
        }
        this.driver = driver;
        this.memory = memory;
        this.expertBytes = expertBytes;
        this.stream = stream;
        slots = settings.physicalExperts();
    }

    /**
     * {@return the device address of a slot's weights}
     *
     * @param slot from 0 to {@code physicalExperts - 1}
     * @throws IndexOutOfBoundsException if there is no such slot
     */
    public long address(int slot) {
        return memory + Objects.checkIndex(slot, slots) * expertBytes;
    }

    /**
     * Puts all copies on the stream, round after round. Within a round none reads what another writes, and the stream keeps the order of
     * rounds.
     *
     * @param copies the schedule
     */
    public void run(WeightCopies copies) {
        for (int k = 0; k < copies.copies(); k++) {
            driver.copyOnDevice(address(copies.targetSlot(k)), address(copies.sourceSlot(k)), expertBytes, stream);
        }
        copied += copies.copies();
    }

    /** {@return the number of experts whose copies were put on the stream} */
    public long copied() {
        return copied;
    }
}
