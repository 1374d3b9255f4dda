// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.export;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Emitted code in the forms that TornadoVM 5.2.0 gives it, right and wrong. */
class FallThroughGateTest {
    /** A kernel's frame around blocks 1 and up. */
    private static String kernel(String body) {
        return "extern \"C\" __global__ void f(long long *a)\n{\n  int i_1; \n\n  // BLOCK 0\n  i_1  =  1;\n" + body
                + "  return;\n}  //  kernel\n";
    }

    private static String refused(String body) {
        return String.valueOf(assertThrows(IllegalStateException.class, () -> FallThroughGate.check("f", kernel(body)))
                .getMessage());
    }

    private static void accepted(String body) {
        assertDoesNotThrow(() -> FallThroughGate.check("f", kernel(body)));
    }

    /** As emitted for {@code if (give > 0L && tokens > least - 1)} in a loop of ReplicaKernels.choose: block 6 falls into block 5. */
    private static final String AND_IN_A_LOOP = """
              // BLOCK 1 MERGES [0 6 ]
              i_5  =  0;
              for(;i_5 < 8;)
              {
                // BLOCK 2
                if(b_1)
                {
                  // BLOCK 3
                }  // B2
                else
                {
                  // BLOCK 4
                  i_2  =  7;
                  // BLOCK 6 MERGES [4 5 ]
                  i_5  =  i_2;
                }  // B2
                // BLOCK 5 MERGES [3 ]
                i_2  =  0;
                // BLOCK 6 MERGES [4 5 ]
                i_5  =  i_2;
              }  // B1
              // BLOCK 7
            """;

    @Test
    void pathThatFallsIntoAnotherBlockIsFound() {
        String message = refused(AND_IN_A_LOOP);
        assertTrue(message.startsWith("f, block 5: got predecessors [3, 6] in the text, expected [3]"), message);
    }

    @Test
    void thenBlockReachedFromTheElsePathIsFound() {
        String message = refused("""
                  if(i_1 == 1)
                  {
                    // BLOCK 1
                  }  // B0
                  else
                  {
                    // BLOCK 2
                    if(i_2 == 1)
                    {
                      // BLOCK 3
                    }  // B2
                    else
                    {
                      // BLOCK 4
                      i_3  =  9;
                    }  // B2
                  }  // B0
                  // BLOCK 5 MERGES [1 3 ]
                  *(( float *) ul_1)  =  f_1;
                  // BLOCK 6 MERGES [5 4 ]
                  i_4  =  i_3;
                """);
        assertTrue(message.contains("block 5: got predecessors [1, 3, 4] in the text, expected [1, 3]"), message);
    }

    @Test
    void blockWithOnePredecessorReachedFromTwoIsFound() {
        String message = refused("""
                  if(i_1 == 1)
                  {
                    // BLOCK 1
                    i_2  =  1;
                  }  // B0
                  // BLOCK 2
                  i_3  =  2;
                """);
        assertTrue(message.contains("block 2: got predecessors [0, 1] in the text, expected one"), message);
    }

    @Test
    void missingPathIsFound() {
        String message = refused("""
                  if(i_1 == 1)
                  {
                    // BLOCK 1
                    return;
                  }  // B0
                  else
                  {
                    // BLOCK 2
                    i_2  =  1;
                  }  // B0
                  // BLOCK 3 MERGES [1 2 ]
                  i_3  =  2;
                """);
        assertTrue(message.contains("block 3: got predecessors [2] in the text, expected [1, 2]"), message);
    }

    @Test
    void breakThatSkipsAssignmentsIsFound() {
        String message = refused("""
                  // BLOCK 1 MERGES [0 3 ]
                  for(;i_1 < 8;)
                  {
                    // BLOCK 2
                    if(b_1)
                    {
                      // BLOCK 4
                      f_1  =  f_9;
                      break;
                    }  // B2
                    else
                    {
                      // BLOCK 3
                      i_1  =  i_2;
                    }  // B2
                  }  // B1
                  // BLOCK 5
                  f_1  =  f_2;
                  // BLOCK 6 MERGES [4 5 ]
                  f_3  =  f_1;
                """);
        assertTrue(message.contains("block 5: got predecessors [1, 4] in the text"), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"switch(i_1)", "goto out;", "continue;"})
    void otherStatementsAreRefused(String statement) {
        assertTrue(refused("  " + statement + "\n").contains("expected only if, for and break"));
    }

    @Test
    void repeatedBlocksAndLoopsAreAccepted() {
        accepted("""
                  if(i_1 == 1)
                  {
                    // BLOCK 1
                    // BLOCK 3 MERGES [1 4 ]
                    f_17  =  f_7;
                  }  // B0
                  else
                  {
                    // BLOCK 2
                    if(i_16 == 1)
                    {
                      // BLOCK 4
                      // BLOCK 3 MERGES [1 4 ]
                      f_17  =  f_7;
                    }  // B2
                    else
                    {
                      // BLOCK 5
                      f_17  =  5.0F;
                    }  // B2
                  }  // B0
                  // BLOCK 6 MERGES [5 3 ]
                  // BLOCK 7 MERGES [6 8 ]
                  i_2  =  0;
                  for(;i_2 < 20;)
                  {
                    // BLOCK 8
                    i_2  =  i_3;
                  }  // B7
                  // BLOCK 9
                  i_4  =  i_2;
                """);
    }

    @Test
    void breakIntoTheSameCopiesIsAccepted() {
        accepted("""
                  // BLOCK 1 MERGES [0 3 ]
                  for(;;)
                  {
                    i_2  =  i_1 + 1;
                    if(!(i_1 < 8))
                    {
                      break;
                    }
                    // BLOCK 2
                    if(b_1)
                    {
                      // BLOCK 4
                      f_1  =  f_2;
                      break;
                    }  // B2
                    else
                    {
                      // BLOCK 3
                      i_1  =  i_2;
                    }  // B2
                  }  // B1
                  // BLOCK 5
                  f_1  =  f_2;
                  // BLOCK 6 MERGES [4 5 ]
                  f_3  =  f_1;
                """);
    }

    @Test
    void returnsIntoABlockThatOnlyReturnsAreAccepted() {
        accepted("""
                  if(b_505)
                  {
                    // BLOCK 1
                    i_3  =  1;
                    return;
                  }  // B0
                  else
                  {
                    // BLOCK 2
                  }  // B0
                  // BLOCK 3 MERGES [2 1 ]
                """);
    }
}
