// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lplb.tornado.sample.CorrectKernels;
import io.lplb.tornado.sample.WrongKernels;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jacoco.core.data.ExecutionDataReader;
import org.jacoco.core.data.ExecutionDataStore;
import org.jacoco.core.data.SessionInfoStore;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The settings, the JVM that has no continuations to offer, and the coverage of kernels. */
class SettingsTest {
    @Test
    void unknownValuesAreRefused() throws Exception {
        IllegalArgumentException e = Launches.with(
                "lplb.emulator.checks",
                "maybe",
                () -> assertThrows(IllegalArgumentException.class, EmulatorSettings::fromSystemProperties));
        assertEquals("lplb.emulator.checks: got maybe, expected one of on, off", e.getMessage());
    }

    @Test
    void kernelPackagesAreAListOfPrefixes() throws Exception {
        EmulatorSettings settings =
                Launches.with("lplb.emulator.kernelPackages", "a.b, c", EmulatorSettings::fromSystemProperties);
        assertEquals(List.of("a.b", "c"), settings.kernelPackages());
        KernelClassLoader.Key key = new KernelClassLoader.Key(
                getClass().getClassLoader(), settings.kernelPackages(), "io.lplb.tornado.sample", true);
        assertTrue(key.isKernelClass("a.b.Kernel"));
        assertTrue(key.isKernelClass("c.d.e.Kernel"));
        assertTrue(key.isKernelClass("io.lplb.tornado.sample.Kernel"));
        assertFalse(key.isKernelClass("a.bc.Kernel"));
        assertFalse(key.isKernelClass("io.lplb.tornado.sample.deeper.Kernel"));
        assertFalse(key.isKernelClass("io.lplb.tornado.emulator.Machine"));
        assertFalse(key.isKernelClass("Kernel"));
    }

    /** Run by the next test in a JVM without the flag. */
    public static final class WithoutContinuations {
        private WithoutContinuations() {}

        public static void main(String[] args) throws Exception {
            IntArray data = Launches.execute(WrongKernels::increment, 2, 32);
            String refused = "";
            try {
                Launches.with("lplb.emulator.coroutines", "continuations", EmulatorSettings::fromSystemProperties);
            } catch (IllegalStateException e) {
                refused = "" + e.getMessage();
            }
            System.out.print(ContinuationCoroutine.AVAILABLE + " " + data.get(63) + " " + refused);
        }
    }

    @Test
    void withoutTheFlagVirtualThreadsDo() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        WithoutContinuations.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        assertTrue(output.startsWith("false 1 lplb.emulator.coroutines: got continuations, expected a JVM"), output);
    }

    @Test
    void jacocoSeesWhichKernelsRan() throws Exception {
        Launches.execute(CorrectKernels::scan, 1, 32);
        byte[] recorded = recordedByTheAgent();
        assumeTrue(recorded.length > 0, "JaCoCo's agent does not run in this JVM");
        ExecutionDataStore store = new ExecutionDataStore();
        ExecutionDataReader reader = new ExecutionDataReader(new ByteArrayInputStream(recorded));
        reader.setExecutionDataVisitor(store);
        reader.setSessionInfoVisitor(new SessionInfoStore());
        reader.read();
        String kernels = CorrectKernels.class.getName().replace('.', '/');
        assertTrue(store.getContents().stream().anyMatch(data -> data.getName().equals(kernels) && data.hasHits()));
    }

    private static byte[] recordedByTheAgent() throws ReflectiveOperationException {
        try {
            Object agent = Class.forName("org.jacoco.agent.rt.RT")
                    .getMethod("getAgent")
                    .invoke(null);
            Class<?> type = Class.forName("org.jacoco.agent.rt.IAgent");
            return (byte[]) type.getMethod("getExecutionData", boolean.class).invoke(agent, false);
        } catch (ClassNotFoundException absent) {
            return new byte[0];
        }
    }
}
