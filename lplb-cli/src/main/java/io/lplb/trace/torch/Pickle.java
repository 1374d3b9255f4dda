// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace.torch;

import io.lplb.trace.FormatException;
import io.lplb.trace.Printable;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reader of the part of Python's pickle format that {@code torch.save} uses for dictionaries, lists, numbers, texts and tensors
 * (CPython, Lib/pickletools.py, protocol 2). It calls nothing: a name other than those of tensors and their storages is refused, and so is
 * every other opcode.
 *
 * <p>Values become {@link Map}, {@link List}, {@link Long}, {@link Double}, {@link String}, {@link Boolean}, {@link Tensor} or null. Recordings
 * hold more than loads, such as the tokens of requests, so dictionaries keep the values of wanted keys only, and lists their first 16 numbers
 * and texts. A pickle of n bytes makes at most n objects. Not thread-safe.
 */
final class Pickle {
    private static final Object MARK = new Object();
    private static final Object NONE = new Object();
    private static final int DEPTH_LIMIT = 64;
    private static final int VALUE_LIMIT = 1 << 20;
    private static final int KEPT_SCALARS = 16;

    private final ByteBuffer in;
    private final Set<String> wanted;
    private final List<Object> stack = new ArrayList<>();
    private final Map<Integer, Object> memo = new HashMap<>();
    private int opened;

    /** A name of a Python module's content, such as {@code torch LongStorage}. */
    private record Global(String name) {}

    /** The storage of a tensor: its element type, and the name of the file with its bytes. */
    record Storage(String type, String key, long elements) {}

    /** A tensor: a view of a storage. */
    record Tensor(Storage storage, long offset, List<Long> shape, List<Long> strides) {}

    private Pickle(byte[] bytes, Set<String> wanted) {
        this.wanted = wanted;
        this.in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Reads the one value of a pickle.
     *
     * @param wanted keys of dictionaries whose values are kept
     * @throws FormatException naming the byte at which the pickle is not as described above
     */
    static @Nullable Object read(byte[] bytes, Set<String> wanted) throws FormatException {
        Pickle pickle = new Pickle(bytes, wanted);
        try {
            return pickle.run();
        } catch (BufferUnderflowException e) {
            throw new FormatException("pickle: got an end at byte " + bytes.length + ", expected more", e);
        } catch (ClassCastException | IndexOutOfBoundsException e) {
            throw new FormatException(
                    "pickle: got an operation without its operands before byte " + pickle.in.position(), e);
        }
    }

    private @Nullable Object run() throws FormatException {
        while (true) {
            int at = in.position();
            int code = in.get() & 0xff;
            if (code == '.') {
                return open(pop(), 0);
            }
            if (!number(code) && !structure(code) && !memory(code)) {
                throw new FormatException("pickle, byte " + at + ": got opcode " + String.format("0x%02x", code)
                        + ", expected those of torch.save");
            }
        }
    }

    private boolean number(int code) throws FormatException {
        switch (code) {
            case 0x80 -> {
                int protocol = in.get();
                if (protocol < 2 || protocol > 5) {
                    throw new FormatException("pickle: got protocol " + protocol + ", expected 2 to 5");
                }
            }
            case 'N' -> push(NONE);
            case 0x88 -> push(true);
            case 0x89 -> push(false);
            case 'K' -> push((long) (in.get() & 0xff));
            case 'M' -> push((long) (in.getShort() & 0xffff));
            case 'J' -> push((long) in.getInt());
            case 'G' -> push(Double.longBitsToDouble(Long.reverseBytes(in.getLong())));
            case 0x8a -> push(longNumber(in.get() & 0xff));
            case 'X' -> push(text(in.getInt()));
            default -> {
                return false;
            }
        }
        return true;
    }

    private long longNumber(int bytes) throws FormatException {
        if (bytes > Long.BYTES) {
            throw new FormatException("pickle: got a number of " + bytes + " bytes, expected at most 8");
        }
        long value = 0;
        for (int k = 0; k < bytes; k++) {
            long b = in.get();
            value |= (k == bytes - 1 ? b : b & 0xff) << (8 * k);
        }
        return value;
    }

    private String text(int length) throws FormatException {
        if (length < 0 || length > in.remaining()) {
            throw new FormatException("pickle: got a text of " + Integer.toUnsignedLong(length)
                    + " bytes, expected at most " + in.remaining());
        }
        String text = new String(in.array(), in.position(), length, StandardCharsets.UTF_8);
        in.position(in.position() + length);
        return text;
    }

    private boolean structure(int code) throws FormatException {
        switch (code) {
            case '(' -> push(MARK);
            case '}' -> push(new LinkedHashMap<String, Object>());
            case ']' -> push(new ArrayList<Object>());
            case ')' -> push(List.of());
            case 't' -> push(List.copyOf(fromMark()));
            case 0x85 -> push(tuple(1));
            case 0x86 -> push(tuple(2));
            case 0x87 -> push(tuple(3));
            case 's' -> put(tuple(2));
            case 'u' -> put(fromMark());
            case 'a' -> {
                List<Object> value = tuple(1);
                append(value);
            }
            case 'e' -> {
                List<Object> values = fromMark();
                append(values);
            }
            case 'c' -> push(global(line() + " " + line()));
            case 'Q' -> push(storage(pop()));
            case 'R' -> {
                Object arguments = pop();
                push(call((Global) pop(), values(arguments)));
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean memory(int code) throws FormatException {
        switch (code) {
            case 'q' -> memo.put(in.get() & 0xff, stack.getLast());
            case 'r' -> memo.put(in.getInt(), stack.getLast());
            case 'h' -> push(remembered(in.get() & 0xff));
            case 'j' -> push(remembered(in.getInt()));
            default -> {
                return false;
            }
        }
        return true;
    }

    private Object remembered(int index) throws FormatException {
        Object value = memo.get(index);
        if (value == null) {
            throw new FormatException("pickle: got a reference to value " + index + ", expected one of those before");
        }
        return value;
    }

    private void push(Object value) {
        stack.add(value);
    }

    private Object pop() {
        return stack.removeLast();
    }

    private List<Object> tuple(int length) {
        List<Object> values = new ArrayList<>(stack.subList(stack.size() - length, stack.size()));
        stack.subList(stack.size() - length, stack.size()).clear();
        return values;
    }

    private List<Object> fromMark() throws FormatException {
        int mark = stack.lastIndexOf(MARK);
        if (mark < 0) {
            throw new FormatException("pickle: got the end of a list that was not begun");
        }
        List<Object> values = tuple(stack.size() - mark - 1);
        stack.removeLast();
        return values;
    }

    @SuppressWarnings(
            "unchecked") // Lists on the stack were made here; a tuple is not changed by a pickle of torch.save.
    private void append(List<Object> values) throws FormatException {
        if (!(stack.getLast() instanceof ArrayList<?> list)) {
            throw new FormatException("pickle: got values for something that is no list");
        }
        for (Object value : values) {
            if (list.size() < KEPT_SCALARS || !(value instanceof Number || value instanceof String)) {
                ((List<Object>) list).add(value);
            }
        }
    }

    @SuppressWarnings("unchecked") // Maps on the stack were made here.
    private void put(List<Object> pairs) throws FormatException {
        if (!(stack.getLast() instanceof Map<?, ?> map) || pairs.size() % 2 != 0) {
            throw new FormatException("pickle: got pairs for something that is no dictionary");
        }
        for (int k = 0; k < pairs.size(); k += 2) {
            if (pairs.get(k) instanceof String key && wanted.contains(key)) {
                ((Map<String, Object>) map).put(key, pairs.get(k + 1));
            }
        }
    }

    private String line() throws FormatException {
        int from = in.position();
        while (in.get() != '\n') {
            if (in.position() - from > 256) {
                throw new FormatException("pickle: got a name of more than 256 bytes");
            }
        }
        return new String(in.array(), from, in.position() - from - 1, StandardCharsets.UTF_8);
    }

    private static Global global(String name) throws FormatException {
        if (name.equals("torch._utils _rebuild_tensor_v2")
                || name.equals("collections OrderedDict")
                || (name.startsWith("torch ") && name.endsWith("Storage"))) {
            return new Global(name);
        }
        throw new FormatException(
                "pickle: got the name " + Printable.quoted(name) + ", expected those of tensors only");
    }

    private static Storage storage(Object id) throws FormatException {
        List<Object> parts = values(id);
        if (parts.size() < 5 || !"storage".equals(parts.getFirst()) || !(parts.get(1) instanceof Global type)) {
            throw new FormatException("pickle: got a reference that is no storage of a tensor");
        }
        String name = type.name();
        return new Storage(name.substring(name.indexOf(' ') + 1), (String) parts.get(2), (Long) parts.get(4));
    }

    private static Object call(Global function, List<Object> arguments) throws FormatException {
        if (function.name().startsWith("collections")) {
            return new LinkedHashMap<String, Object>();
        }
        if (!function.name().startsWith("torch._utils") || arguments.size() < 4) {
            throw new FormatException("pickle: got a call of " + function.name() + ", expected that of a tensor");
        }
        return new Tensor(
                (Storage) arguments.get(0),
                (Long) arguments.get(1),
                lengths(arguments.get(2)),
                lengths(arguments.get(3)));
    }

    private static List<Long> lengths(Object tuple) {
        return values(tuple).stream().map(Long.class::cast).toList();
    }

    private static List<Object> values(Object list) {
        return List.copyOf((List<?>) list);
    }

    /** The value with null where Python has None. References may repeat a value, so the values are counted. */
    private @Nullable Object open(Object value, int depth) throws FormatException {
        if (depth > DEPTH_LIMIT || ++opened > VALUE_LIMIT) {
            throw new FormatException("pickle: got values nested deeper than " + DEPTH_LIMIT + ", or more than "
                    + VALUE_LIMIT + " values");
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> values = new LinkedHashMap<>();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                values.put((String) entry.getKey(), open(entry.getValue(), depth + 1));
            }
            return values;
        }
        if (value instanceof List<?> list) {
            @Nullable Object[] values = new @Nullable Object[list.size()];
            for (int k = 0; k < values.length; k++) {
                values[k] = open(list.get(k), depth + 1);
            }
            return Arrays.asList(values);
        }
        if (value == MARK || value instanceof Global || value instanceof Storage) {
            throw new FormatException("pickle: got a name or a storage as a value, expected a tensor");
        }
        return value == NONE ? null : value;
    }
}
