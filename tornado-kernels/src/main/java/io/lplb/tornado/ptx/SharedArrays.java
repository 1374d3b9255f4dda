// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.ptx;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The arrays of shared memory that PTX as TornadoVM emits it declares, one a line, and names in every access.
 *
 * <p>Since sm_90 the address of such an array depends on the work-group's place in its cluster. ptxas reads that place and
 * adds it up anew in nearly every basic block, which takes about as long as a read of shared memory. {@link #byRegister}
 * puts each address into a register once, through a shuffle: its result cannot be foreseen, so ptxas keeps it.
 */
public final class SharedArrays {
    private static final Pattern DECLARATION = Pattern.compile("\\.shared \\.[sfub](\\d+) (\\w+)\\[(\\d+)\\];");
    private static final Pattern ACCESS =
            Pattern.compile("\\t((?:ld|st)\\.shared\\.\\w+\\t(?:\\w+, )?)(\\w+)\\[(\\w+)\\]");

    /** How {@link #base} puts an address into a register. */
    private static final Pattern BASE = Pattern.compile("\\t(mov\\.s32|shfl\\.sync\\.idx\\.b32)\\t(\\w+)_base, .*");

    private static final String POOL = "pool";

    private final List<String> lines;
    private final Map<String, Integer> elementBytes = new LinkedHashMap<>();
    private final Map<String, Integer> offsets = new LinkedHashMap<>();
    private int bytes;
    private int lastDeclaration;

    public SharedArrays(String text) {
        this(text, elements -> elements);
    }

    /**
     * @param elements how many an array is to have, of those that are declared
     */
    public SharedArrays(String text, IntUnaryOperator elements) {
        lines = text.lines().toList();
        for (int k = 0; k < lines.size(); k++) {
            Matcher m = DECLARATION.matcher(lines.get(k));
            if (m.find()) {
                int size = Integer.parseInt(m.group(1)) / Byte.SIZE;
                bytes = Math.ceilDiv(bytes, size) * size;
                elementBytes.put(m.group(2), size);
                offsets.put(m.group(2), bytes);
                bytes += size * elements.applyAsInt(Integer.parseInt(m.group(3)));
                lastDeclaration = k;
            }
        }
    }

    /** Returns the bytes of all arrays. */
    public int bytes() {
        return bytes;
    }

    /** Returns the text with addresses from registers. Its kernel must be launched in whole warps. */
    public String byRegister() {
        List<String> result = new ArrayList<>();
        for (int k = 0; k < lines.size(); k++) {
            access(lines.get(k), result);
            if (k == lastDeclaration) {
                elementBytes.keySet().forEach(array -> base(array, result));
            }
        }
        return String.join("\n", result) + "\n";
    }

    /** Returns the declaration of a pool for the arrays of code that {@link #inPool} gives. */
    static String pool(int bytes) {
        List<String> result = new ArrayList<>();
        result.add("\t.shared .align 16 .b8 " + POOL + "[" + Math.max(bytes, 1) + "];");
        base(POOL, result);
        return String.join("\n", result) + "\n";
    }

    /** Returns text that {@link #byRegister} gave, with all arrays in the {@link #pool}, which several kernels can share. */
    String inPool() {
        List<String> result = new ArrayList<>();
        for (String line : lines) {
            Matcher base = BASE.matcher(line);
            Integer offset = base.matches() ? offsets.get(base.group(2)) : null;
            if (offset == null && !DECLARATION.matcher(line).find()) {
                result.add(line);
            } else if (offset != null && base.group(1).equals("mov.s32")) {
                result.add("\tadd.s32\t" + base.group(2) + "_base, " + POOL + "_base, " + offset + ";");
            }
        }
        return String.join("\n", result) + "\n";
    }

    private static void base(String array, List<String> to) {
        to.add("\t.reg .s32 " + array + "_base, " + array + "_at;");
        to.add("\tmov.s32\t" + array + "_base, " + array + ";");
        to.add("\tshfl.sync.idx.b32\t" + array + "_base, " + array + "_base, 0, 31, 0xffffffff;");
    }

    private void access(String line, List<String> to) {
        Matcher m = ACCESS.matcher(line);
        Integer size = m.find() ? elementBytes.get(m.group(2)) : null;
        if (size == null) {
            to.add(line);
        } else {
            String array = m.group(2);
            to.add("\tmad.lo.s32\t" + array + "_at, " + m.group(3) + ", " + size + ", " + array + "_base;");
            to.add("\t" + m.group(1) + "[" + array + "_at]" + line.substring(m.end()));
        }
    }
}
