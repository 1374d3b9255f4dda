// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class RightShiftsTest {
    /** As printed by TornadoVM 5.2.0, of two kernels. */
    private static final String TRACE = """
            [32m[OpenCL-BuildLIR] newVariable: v0|LONG <- LONG (jdk.graal.compiler.core.common.LIRKind)[0m
            [32m[OpenCL-BuildLIR] emitShr: v14|INT >> int[31|0x1f][0m
            [32m[OpenCL-BuildLIR] newVariable: v15|INT <- INT (jdk.graal.compiler.core.common.LIRKind)[0m
            [32m[OpenCL-BuildLIR] emitUShr: v15|INT >>> int[24|0x18][0m
            [32m[OpenCL-BuildLIR] newVariable: v16|INT <- INT (jdk.graal.compiler.core.common.LIRKind)[0m
            [32m[OpenCL-BuildLIR] emitNode: 23|+[0m
            [32m[OpenCL-BuildLIR] newVariable: v0|LONG <- LONG (jdk.graal.compiler.core.common.LIRKind)[0m
            [32m[OpenCL-BuildLIR] emitUShr: v3|LONG >>> v2|INT[0m
            [32m[OpenCL-BuildLIR] newVariable: v15|LONG <- LONG (jdk.graal.compiler.core.common.LIRKind)[0m
            """;

    private static final String HEAD = "extern \"C\" __global__ void ";

    @Test
    void shiftsThatFillWithZerosBecomeUnsigned() {
        List<RightShifts> kernels = RightShifts.ofEach(TRACE);
        assertEquals(2, kernels.size());
        assertEquals("""
                  i_15  =  i_14 >> 31;
                  i_16  =  (int) ((unsigned int) i_15 >> 24);
                  i_17  =  i_16 << 2;
                """, kernels.get(0).corrected("f", """
                  i_15  =  i_14 >> 31;
                  i_16  =  i_15 >> 24;
                  i_17  =  i_16 << 2;
                """));
        assertEquals(
                "  l_15  =  (long long) ((unsigned long long) l_3 >> i_2);",
                kernels.get(1).corrected("g", "  l_15  =  l_3 >> i_2;"));
    }

    @Test
    void shiftThatTheTraceDoesNotNameIsRefused() {
        RightShifts first = RightShifts.ofEach(TRACE).get(0);
        for (String line : List.of("i_18  =  i_14 >> 31;", "i_15  =  i_1 + (i_14 >> 31);")) {
            String message = String.valueOf(assertThrows(IllegalStateException.class, () -> first.corrected("f", line))
                    .getMessage());
            assertTrue(message.startsWith("f: got '" + line + "'"), message);
        }
    }

    @Test
    void kernelTakesTheShiftsOfItsOwnTrace() {
        String printed = HEAD + "f(int *_atomics)\n{\n  i_15  =  i_14 >> 31;\n}\n" + HEAD
                + "g(int *_atomics)\n{\n  l_15  =  l_3 >> i_2;\n}\n";
        assertTrue(CudaSource.find(printed, "f", TRACE).emitted().contains("i_15  =  i_14 >> 31;"));
        assertTrue(CudaSource.find(printed, "g", TRACE).emitted().contains("(unsigned long long) l_3 >> i_2"));
    }

    @Test
    void missingTraceIsRefused() {
        String printed = HEAD + "f(int *_atomics)\n{\n}\n";
        String message =
                String.valueOf(assertThrows(IllegalStateException.class, () -> CudaSource.find(printed, "f", ""))
                        .getMessage());
        assertTrue(message.contains("got 0 kernels, expected 1"), message);
    }
}
