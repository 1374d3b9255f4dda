// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * The local arrays of one work-group. As in TornadoVM they are static: the first thread that comes to an allocation
 * makes the array, the others get the same one, and no thread may come there twice. Fresh arrays hold the bytes of a
 * float's NaN and of an int's -1.
 */
final class LocalMemory {
    private record LocalArray(int site, int path, Class<?> type, int size, Object array, BitSet threads) {}

    private final List<LocalArray> arrays = new ArrayList<>();
    private final Machine machine;
    private long bytes;

    LocalMemory(Machine machine) {
        this.machine = machine;
    }

    Object allocate(DeviceThread thread, Class<?> type, int size, int site) {
        for (LocalArray local : arrays) {
            if (local.site == site && local.path == thread.path.hash() && local.type == type) {
                return share(local, thread, size, site);
            }
        }
        if (size < 1) {
            throw machine.fault(
                    Fault.LOCAL_MEMORY,
                    "a local array of " + size + " elements at " + machine.where(site) + "; expected at least 1");
        }
        bytes += (long) size * bytesOf(type);
        if (bytes > EmulatorDevice.LOCAL_MEMORY_BYTES) {
            throw machine.fault(
                    Fault.LOCAL_MEMORY,
                    "local arrays of " + bytes + " bytes with the one at " + machine.where(site) + "; a group has "
                            + EmulatorDevice.LOCAL_MEMORY_BYTES);
        }
        Object array = Array.newInstance(type, size);
        poison(array);
        BitSet threads = new BitSet();
        threads.set(thread.index);
        arrays.add(new LocalArray(site, thread.path.hash(), type, size, array, threads));
        machine.memory.trackLocal(array, size, type + "[" + size + "] (allocated at " + machine.where(site) + ")");
        return array;
    }

    private Object share(LocalArray local, DeviceThread thread, int size, int site) {
        if (local.size != size) {
            throw machine.fault(
                    Fault.LOCAL_MEMORY,
                    "a local array of " + size + " elements at " + machine.where(site)
                            + ", where another thread asked for " + local.size);
        }
        if (local.threads.get(thread.index)) {
            throw machine.fault(
                    Fault.LOCAL_MEMORY,
                    "the local array at " + machine.where(site)
                            + " for a second time; local arrays are static, so that "
                            + "a loop would get the same one again");
        }
        local.threads.set(thread.index);
        return local.array;
    }

    private static int bytesOf(Class<?> type) {
        if (type == byte.class) {
            return Byte.BYTES;
        }
        return type == long.class || type == double.class ? Long.BYTES : Integer.BYTES;
    }

    private static void poison(Object array) {
        if (array instanceof float[] floats) {
            Arrays.fill(floats, Float.NaN);
        } else if (array instanceof double[] doubles) {
            Arrays.fill(doubles, Double.NaN);
        } else if (array instanceof int[] ints) {
            Arrays.fill(ints, -1);
        } else if (array instanceof long[] longs) {
            Arrays.fill(longs, -1);
        } else if (array instanceof byte[] bytes) {
            Arrays.fill(bytes, (byte) -1);
        }
    }
}
