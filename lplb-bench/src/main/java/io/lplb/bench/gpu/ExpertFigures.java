// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.gpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.lplb.host.Host;
import io.lplb.host.SourceCommit;
import io.lplb.tornado.cuda.CudaDevice;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.CudaLibrary;
import io.lplb.tornado.cuda.CudaUnavailableException;
import io.lplb.tornado.engine.cuda.CudaProgramRun;
import io.lplb.tornado.kernel.experts.ExpertSizes;
import io.lplb.tornado.kernel.experts.RowProduct;
import io.lplb.tornado.program.ExpertProgram;
import io.lplb.tornado.program.ExpertProgram.Shape;
import io.lplb.tornado.program.ExpertProgram.Weights;
import io.lplb.tornado.program.Program;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Locale;

/**
 * Times the grouped GEMM of experts through the driver: {@code ExpertFigures [PEAK]}, where PEAK is the device's peak of 32-bit arithmetic in
 * TFLOP/s (66.9 for an H200 at 1.98 GHz). One rank, as many rows for each of its experts; medians of 7 times the mean of 10 launches. A
 * sample of results is compared with the host's, in double precision; exit code 1 if one is wrong.
 */
public final class ExpertFigures {
    private static final int ROUNDS = 7;
    private static final int LAUNCHES = 10;
    private static final int CHECKED = 4;

    private ExpertFigures() {}

    /** Runs all shapes. */
    public static void main(String[] args) throws CudaUnavailableException {
        double peak = args.length > 0 ? Double.parseDouble(args[0]) : 66.9;
        CudaDriver driver = new CudaDriver(CudaLibrary.load());
        try (CudaDevice device = new CudaDevice(driver, 0)) {
            say(
                    "# %s; %s; %s; %s; commit %s",
                    device.name(),
                    Host.processor(),
                    Host.java(),
                    Instant.now().truncatedTo(ChronoUnit.SECONDS),
                    SourceCommit.here());
        }
        boolean right = true;
        for (int rows : new int[] {64, 256, 1024, 4096}) {
            right &= figures(driver, "DeepSeek-V3", new Shape(7168, 2048, 8, 1, true), rows, peak);
            right &= figures(driver, "Qwen3-30B-A3B", new Shape(2048, 768, 16, 1, true), rows, peak);
            right &= figures(driver, "Qwen1.5-MoE", new Shape(2048, 1408, 15, 1, true), rows, peak);
        }
        if (!right) {
            System.exit(1);
        }
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation is Error Prone's, which is no dependency
    private static void say(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }

    private static boolean figures(CudaDriver driver, String name, Shape shape, int rows, double peak) {
        int experts = shape.experts();
        int tokens = experts * rows;
        float[] x = values(tokens * shape.hidden(), 1.7f, 1);
        Weights weights = new Weights(
                values(experts * shape.hidden(), 0.1f, 2),
                values(2 * experts * shape.hidden() * shape.intermediate(), 0.03f, 3),
                values(experts * shape.hidden() * shape.intermediate(), 0.03f, 4));
        int[] expertOfSlot = new int[experts];
        Arrays.setAll(expertOfSlot, e -> e);
        ExpertProgram layer = new ExpertProgram(shape, weights, tokens, expertOfSlot);
        Program all = layer.experts();
        double gateUp = 0;
        double both = 0;
        boolean right = true;
        for (int steps = 1; steps <= 3; steps++) {
            Program part = new Program(ExpertProgram.NAME, all.steps().subList(0, steps));
            try (CudaProgramRun run = new CudaProgramRun(driver, 0, part, "experts")) {
                fill(run, layer, x, experts, rows, steps == 3);
                int tiles = tokens / RowProduct.ROWS;
                run.run(tiles);
                double[] rounds = new double[ROUNDS];
                Arrays.setAll(rounds, k -> run.micros(tiles, LAUNCHES));
                Arrays.sort(rounds);
                gateUp = steps == 1 ? rounds[ROUNDS / 2] : gateUp;
                both = steps == 2 ? rounds[ROUNDS / 2] : both;
                if (steps == 3) {
                    right = check(run.host(layer.y()), shape, weights, x, rows);
                }
            }
        }
        double product = 2.0 * tokens * shape.hidden() * shape.intermediate() * 1e-6;
        say(
                "%s, %d experts, %d rows each: gate and up %.0f us, %.1f TFLOP/s (%.0f %% of the peak); down %.0f us, %.1f TFLOP/s"
                        + " (%.0f %%); both %.0f us, %.1f TFLOP/s (%.0f %%); as the host's: %s",
                name,
                experts,
                rows,
                gateUp,
                2 * product / gateUp,
                200 * product / gateUp / peak,
                both - gateUp,
                product / (both - gateUp),
                100 * product / (both - gateUp) / peak,
                both,
                3 * product / both,
                300 * product / both / peak,
                right);
        return right;
    }

    private static void fill(
            CudaProgramRun run, ExpertProgram layer, float[] x, int experts, int rows, boolean combines) {
        int tokens = experts * rows;
        MemorySegment sizes = run.host(layer.sizes());
        sizes.setAtIndex(JAVA_INT, ExpertSizes.FIRST_TILE, 0);
        sizes.setAtIndex(JAVA_INT, ExpertSizes.ROW_TILES, tokens / RowProduct.ROWS);
        sizes.setAtIndex(JAVA_INT, ExpertSizes.TOKENS, tokens);
        MemorySegment.copy(x, 0, run.host(layer.x()), JAVA_FLOAT, 0, x.length);
        for (int k = 0; k < tokens; k++) {
            run.host(layer.order()).setAtIndex(JAVA_INT, k, k);
            run.host(layer.slotOfTile()).setAtIndex(JAVA_INT, k / RowProduct.ROWS, k / rows);
            if (combines) {
                run.host(layer.alignedRow()).setAtIndex(JAVA_INT, k, k);
                run.host(layer.combineWeights()).setAtIndex(JAVA_FLOAT, k, 1);
            }
        }
        for (int p = 0; p <= experts; p++) {
            run.host(layer.offsets()).setAtIndex(JAVA_INT, p, p * rows);
            run.host(layer.offsets()).setAtIndex(JAVA_INT, experts + 1 + p, p * rows);
        }
        if (combines) {
            run.host(layer.y()).fill((byte) -1);
        }
    }

    private static boolean check(MemorySegment y, Shape shape, Weights weights, float[] x, int rows) {
        int hidden = shape.hidden();
        int intermediate = shape.intermediate();
        double largest = 0;
        double scale = 0;
        for (int sample = 0; sample < CHECKED; sample++) {
            int token = (int) ((long) (shape.experts() * rows - 1) * sample / (CHECKED - 1));
            int expert = token / rows;
            double[] h = new double[intermediate];
            for (int j = 0; j < intermediate; j++) {
                int at = (expert * 2 * intermediate + j) * hidden;
                double gate = 0;
                double up = 0;
                for (int i = 0; i < hidden; i++) {
                    gate += (double) weights.gateUp()[at + i] * x[token * hidden + i];
                    up += (double) weights.gateUp()[at + intermediate * hidden + i] * x[token * hidden + i];
                }
                h[j] = gate / (1 + Math.exp(-gate)) * up;
            }
            for (int i = 0; i < hidden; i++) {
                double expected = 0;
                for (int j = 0; j < intermediate; j++) {
                    expected += h[j] * weights.down()[(expert * hidden + i) * intermediate + j];
                }
                largest = Math.max(largest, Math.abs(expected - y.getAtIndex(JAVA_FLOAT, (long) token * hidden + i)));
                scale = Math.max(scale, Math.abs(expected));
            }
        }
        return largest < 1e-4 * scale;
    }

    /** Even numbers between -scale and scale. */
    private static float[] values(int length, float scale, long seed) {
        float[] values = new float[length];
        long state = seed;
        for (int k = 0; k < length; k++) {
            state = state * 6364136223846793005L + 1442695040888963407L;
            values[k] = (state >> 40) * 0x1p-23f * scale;
        }
        return values;
    }
}
