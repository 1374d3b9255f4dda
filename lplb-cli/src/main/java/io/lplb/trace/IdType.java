// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** The NumPy number types that ids are read from: integers, little endian, named as in a .npy header. */
public enum IdType {
    UINT8("|u1", 1) {
        @Override
        public long read(MemorySegment from, long at) {
            return Byte.toUnsignedLong(from.get(ValueLayout.JAVA_BYTE, at));
        }
    },
    INT8("|i1", 1) {
        @Override
        public long read(MemorySegment from, long at) {
            return from.get(ValueLayout.JAVA_BYTE, at);
        }
    },
    INT16("<i2", Short.BYTES) {
        @Override
        public long read(MemorySegment from, long at) {
            return from.get(SHORT, at);
        }
    },
    INT32("<i4", Integer.BYTES) {
        @Override
        public long read(MemorySegment from, long at) {
            return from.get(INT, at);
        }
    },
    UINT16("<u2", Short.BYTES) {
        @Override
        public long read(MemorySegment from, long at) {
            return Short.toUnsignedLong(from.get(SHORT, at));
        }
    },
    UINT32("<u4", Integer.BYTES) {
        @Override
        public long read(MemorySegment from, long at) {
            return Integer.toUnsignedLong(from.get(INT, at));
        }
    },
    INT64("<i8", Long.BYTES) {
        @Override
        public long read(MemorySegment from, long at) {
            return from.get(LONG, at);
        }
    };

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final String descr;
    private final int bytes;

    IdType(String descr, int bytes) {
        this.descr = descr;
        this.bytes = bytes;
    }

    /** Reads the number that starts at byte {@code at}. */
    public abstract long read(MemorySegment from, long at);

    /** Returns the size of one number in bytes. */
    public int bytes() {
        return bytes;
    }

    /** Returns the type with this NumPy description, or null if ids are not read from it. */
    public static @Nullable IdType of(String descr) {
        for (IdType type : values()) {
            boolean orderFree = type.bytes == 1 && descr.length() == 3 && "|<>=".indexOf(descr.charAt(0)) >= 0;
            if (type.descr.equals(descr) || (orderFree && descr.endsWith(type.descr.substring(1)))) {
                return type;
            }
        }
        return null;
    }
}
