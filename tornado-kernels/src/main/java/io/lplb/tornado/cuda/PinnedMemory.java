// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.cuda;

import java.lang.foreign.MemorySegment;

/**
 * Memory of the host that stays where it is: copies to and from the device need no detour, and the device can address it too.
 *
 * @param address on the host
 * @param segment the same memory
 */
public record PinnedMemory(long address, MemorySegment segment) {
    /** Takes memory; the cleanup frees it. */
    @SuppressWarnings("restricted")
    public static PinnedMemory take(CudaDriver driver, Cleanup cleanup, long bytes) {
        long address = driver.allocateMapped(bytes);
        cleanup.add(() -> driver.freeMapped(address));
        return new PinnedMemory(address, MemorySegment.ofAddress(address).reinterpret(bytes));
    }
}
