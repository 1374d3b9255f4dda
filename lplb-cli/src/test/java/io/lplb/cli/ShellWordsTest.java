// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lplb.cli.output.ShellWords;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShellWordsTest {
    private static final List<String> HARD = List.of(
            "bench",
            "--filter",
            "Solve|Plan",
            "a b",
            "it's",
            "",
            "$HOME",
            "`x`",
            "*",
            "--json=a/b.json",
            "\"",
            "\\",
            "a;b",
            "#",
            "(x)");

    @Test
    void whatNeedsNoQuotesHasNone() {
        assertEquals(
                "bench --topologies cube,eplb64 --loads zipf:8 --json lplb-bench/results/cpu.json",
                ShellWords.join(List.of(
                        "bench",
                        "--topologies",
                        "cube,eplb64",
                        "--loads",
                        "zipf:8",
                        "--json",
                        "lplb-bench/results/cpu.json")));
        assertEquals("--filter 'Solve|Plan' 'it'\\''s'", ShellWords.join(List.of("--filter", "Solve|Plan", "it's")));
    }

    /** A shell reads the same arguments again. */
    @Test
    void aShellReadsTheSame() throws Exception {
        Process shell = new ProcessBuilder("/bin/sh", "-c", "printf '%s\\n' " + ShellWords.join(HARD))
                .redirectErrorStream(true)
                .start();
        shell.getOutputStream().close();
        String out = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, shell.waitFor(), out);
        assertEquals(String.join("\n", HARD) + "\n", out);
    }
}
