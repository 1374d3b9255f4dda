// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.export;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Right shifts of a kernel, with the kind that the compiler gave each of them.
 *
 * <p>TornadoVM's CUDA backend writes {@code >>} for {@code >>>}, too, on variables with a sign: {@code -1 >>> 31} becomes -1. Graal
 * makes such shifts of its own, for the quotient by a power of two of a number that may be negative. The text does not tell the two
 * kinds apart, but the trace of TornadoVM's compiler does ({@code -Dtornado.logger.buildlir=true}):
 *
 * <pre>
 *   [OpenCL-BuildLIR] emitUShr: v15|INT >>> int[24|0x18]
 *   [OpenCL-BuildLIR] newVariable: v16|INT <- INT (...)           in the text: i_16  =  i_15 >> 24;
 * </pre>
 */
final class RightShifts {
    private static final Pattern KERNEL = Pattern.compile("newVariable: v0\\|");
    private static final Pattern SHIFT =
            Pattern.compile("emit(U?)Shr: [^\\n]*\\n[^\\n]*newVariable: v(\\d+)\\|(INT|LONG|UINT|ULONG) ");
    private static final Pattern STATEMENT = Pattern.compile("(\\s*\\w+_(\\d+)\\s*=\\s*)(\\S+) >> (\\S+);");

    /** Numbers of variables that hold a shifted value, and whether the shift fills with zeros. */
    private final Map<Integer, Boolean> fillsWithZeros = new HashMap<>();

    private final Map<Integer, String> types = new HashMap<>();

    private RightShifts() {}

    /**
     * Reads the trace of one or more kernels.
     *
     * @return the shifts of each kernel, in the order of compilation
     */
    static List<RightShifts> ofEach(String trace) {
        List<RightShifts> all = new ArrayList<>();
        Matcher kernel = KERNEL.matcher(trace);
        int from = kernel.find() ? kernel.start() : trace.length();
        while (from < trace.length()) {
            int end = kernel.find() ? kernel.start() : trace.length();
            RightShifts shifts = new RightShifts();
            Matcher shift = SHIFT.matcher(trace).region(from, end);
            while (shift.find()) {
                int variable = Integer.parseInt(shift.group(2));
                shifts.fillsWithZeros.put(variable, !shift.group(1).isEmpty());
                shifts.types.put(variable, shift.group(3).endsWith("LONG") ? "long long" : "int");
            }
            all.add(shifts);
            from = end;
        }
        return all;
    }

    /**
     * Returns the text with shifts that fill with zeros written as those of unsigned numbers.
     *
     * @throws IllegalStateException if the text has a right shift that the trace does not name
     */
    String corrected(String name, String source) {
        StringBuilder text = new StringBuilder(source.length());
        for (String line : source.split("\n", -1)) {
            text.append(line.contains(">>") ? corrected(name, line, STATEMENT.matcher(line)) : line)
                    .append('\n');
        }
        text.setLength(text.length() - 1);
        return text.toString();
    }

    private String corrected(String name, String line, Matcher statement) {
        Boolean zeros = statement.matches() ? fillsWithZeros.get(Integer.parseInt(statement.group(2))) : null;
        if (zeros == null) {
            throw new IllegalStateException(name + ": got '" + line.strip()
                    + "', expected a right shift that the compiler's trace names (" + fillsWithZeros.keySet() + ")");
        }
        if (!zeros) {
            return line;
        }
        String type = types.get(Integer.parseInt(statement.group(2)));
        return statement.group(1) + "(" + type + ") ((unsigned " + type + ") " + statement.group(3) + " >> "
                + statement.group(4) + ");";
    }
}
