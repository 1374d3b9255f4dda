// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A consumer on the module path: a module that requires the library's modules, compiled and run by processes of their own. */
class ModulePathTest {
    private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();
    private static final List<String> MODULES = List.of("lplb-topology", "lplb-api", "lplb-exchange");
    private static final List<String> LIBRARIES =
            List.of("log4j-api", "jspecify", "aeron-client", "aeron-driver", "agrona");

    private static final String DESCRIPTOR = """
            module consumer {
                requires io.lplb.api;
                requires io.lplb.exchange.aeron;
            }
            """;

    private static final String PROGRAM = """
            package consumer;

            import io.lplb.balance.LoadBalancer;
            import io.lplb.exchange.aeron.ExchangeSettings;
            import io.lplb.topology.Topologies;

            public final class Main {
                public static void main(String[] args) {
                    try (LoadBalancer balancer = LoadBalancer.builder()
                            .experts(64).ranks(8).topology(Topologies.cube()).replicas(2).build()) {
                        int[] counts = new int[64];
                        counts[0] = 100_000;
                        System.out.println(balancer.plan(counts).maxLoad() + " " + ExchangeSettings.class.getModule());
                    }
                }
            }
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private Path folder;

    /** Without a provider of Log4j's API, too: a plan without a warning logs nothing. */
    @Test
    void consumerCompilesAndRuns() throws Exception {
        Path source = Files.createDirectories(folder.resolve("src/consumer"));
        Path descriptor = Files.writeString(folder.resolve("src/module-info.java"), DESCRIPTOR);
        Path program = Files.writeString(source.resolve("Main.java"), PROGRAM);
        String path = modulePath();
        Path classes = folder.resolve("classes");
        List<String> compiled = run(
                "javac",
                "-d",
                classes.toString(),
                "--module-path",
                path,
                "-proc:none",
                descriptor.toString(),
                program.toString());
        assertEquals(List.of(), compiled);
        String all = classes + System.getProperty("path.separator") + path;
        assertEquals(
                List.of("50000.0 module io.lplb.exchange.aeron"),
                run("java", "--module-path", all, "--module", "consumer/consumer.Main"));
    }

    /** The modules as they were compiled, and the jars of the libraries that they require. */
    private static String modulePath() {
        List<String> path = new ArrayList<>();
        for (String module : MODULES) {
            Path classes = PROJECT.resolve(module).resolve("target/classes");
            assumeTrue(Files.exists(classes.resolve("module-info.class")), "needs a build by Maven");
            path.add(classes.toString());
        }
        String separator = System.getProperty("path.separator");
        for (String entry : System.getProperty("java.class.path").split(separator, -1)) {
            String name = String.valueOf(Path.of(entry).getFileName());
            if (LIBRARIES.stream().anyMatch(library -> name.matches(library + "-[0-9].*\\.jar"))) {
                path.add(entry);
            }
        }
        return String.join(separator, path);
    }

    /** Runs a program of the JDK and returns all that it prints. */
    private List<String> run(String program, String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", program).toString());
        command.addAll(Arrays.asList(args));
        Path out = folder.resolve("out.txt");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        assertTrue(process.waitFor(120, TimeUnit.SECONDS), program + " did not end");
        assertEquals(0, process.exitValue(), Files.readString(out));
        return Files.readAllLines(out);
    }
}
