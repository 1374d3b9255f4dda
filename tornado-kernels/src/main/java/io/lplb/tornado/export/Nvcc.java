// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.export;

import io.lplb.tornado.provider.DriverProvider;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * NVIDIA's compiler, which makes PTX of CUDA C. The command is {@code nvcc}, or that of {@code -Dlplb.nvcc}.
 *
 * <p>nvcc writes the newest PTX version that it knows, which only drivers as new as itself load. The code uses nothing newer than what
 * {@link #VERSION} has, so that the version is lowered; ptxas checks it for every architecture from sm_80 on (export-ptx.sh).
 */
final class Nvcc {
    /** PTX version of the shipped kernels: sm_80 came with 7.0. */
    static final String VERSION = "7.0";

    private static final Pattern SHARED =
            Pattern.compile("\\.shared (?:\\.align (\\d+) )?\\.[bsfu](\\d+) [\\w$]+\\[(\\d+)\\];");

    private Nvcc() {}

    /**
     * Compiles.
     *
     * @param work folder for files in between
     * @return PTX without comments
     */
    static String ptx(Path work, String name, String source, CompileOptions options)
            throws IOException, InterruptedException {
        Path in = work.resolve(name + ".cu");
        Path out = work.resolve(name + ".ptx");
        Files.writeString(in, source);
        List<String> command = new ArrayList<>(List.of(
                System.getProperty("lplb.nvcc", "nvcc"),
                "-ptx",
                "-arch=compute_" + DriverProvider.LEAST_CAPABILITY,
                "-w",
                options.fast() ? "--use_fast_math" : "-fmad=false",
                "-o",
                out.toString(),
                in.toString()));
        Path log = work.resolve(name + ".log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + Files.readString(log));
        }
        return lowered(Files.readString(out, StandardCharsets.UTF_8));
    }

    /** Returns the code with the version lowered, and without comments and blank lines. */
    static String lowered(String ptx) {
        return ptx.lines()
                .filter(line -> !line.strip().startsWith("//") && !line.isBlank())
                .map(line -> line.startsWith(".version ") ? ".version " + VERSION : line)
                .map(String::stripTrailing)
                .collect(Collectors.joining("\n", "", "\n"));
    }

    /** Returns the bytes of shared memory that code declares. */
    static int sharedBytes(String ptx) {
        int bytes = 0;
        Matcher array = SHARED.matcher(ptx);
        while (array.find()) {
            int size = Integer.parseInt(array.group(2)) / Byte.SIZE;
            int align = array.group(1) == null ? size : Integer.parseInt(array.group(1));
            bytes = Math.ceilDiv(bytes, align) * align + size * Integer.parseInt(array.group(3));
        }
        return bytes;
    }

    /** Returns the number of a kernel's parameters. */
    static int parameters(String ptx) {
        int at = ptx.indexOf(".entry ");
        String list = ptx.substring(ptx.indexOf('(', at), ptx.indexOf(')', at));
        return list.split("\\.param ", -1).length - 1;
    }
}
