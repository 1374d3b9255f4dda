// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.setup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** setup-tornado.sh against a made-up archive, a server of its own and no network; nothing outside a temporary folder. */
class SetupScriptTest {
    private static final Path SCRIPT =
            Path.of("..", "setup-tornado.sh").toAbsolutePath().normalize();
    private static final String VERSION = "5.2.0-jdk25";
    private static final String API = "share/java/tornado/tornado-api-" + VERSION + ".jar";

    @TempDir
    Path folder;

    private Path home;
    private Path arguments;
    private Path archive;

    private record Result(int exit, String printed) {}

    @BeforeEach
    void makeArchive() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "skipped: no /bin/bash");
        home = folder.resolve(".tornado");
        arguments = folder.resolve("lplb-gpu.args");
        archive = folder.resolve("sdk.zip");
        zip(archive, "tornadovm-made-up/");
        Path maven = Files.createDirectory(folder.resolve("bin")).resolve("mvn");
        // Notes its arguments, and installs the file into the local repository.
        String repository = folder.resolve(".m2/repository/io/github/beehive-lab/tornado-api")
                .resolve(VERSION)
                .toString();
        Files.writeString(
                maven,
                "#!/bin/sh\nprintf '%s\\n' \"$@\" > '" + folder.resolve("mvn.log") + "'\nmkdir -p '" + repository
                        + "'\nfor a in \"$@\"; do case $a in -Dfile=*) cp \"${a#-Dfile=}\" '" + repository
                        + "/';; esac; done\n");
        assertTrue(maven.toFile().setExecutable(true));
    }

    private static void zip(Path file, String top) throws IOException {
        Map<String, String> files = Map.of(
                "lib/libtornado-ptx.so",
                "library",
                API,
                "api",
                "share/java/graalJars/graal.jar",
                "graal",
                "etc/exportLists/common-exports",
                "# common\n--add-exports a/b=c\n",
                "etc/exportLists/ptx-exports",
                "\n--add-exports d/e=f\n");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
            for (Map.Entry<String, String> entry : files.entrySet()) {
                out.putNextEntry(new ZipEntry(top + entry.getKey()));
                out.write(entry.getValue().getBytes(StandardCharsets.UTF_8));
                out.closeEntry();
            }
        }
    }

    private Result run(Map<String, String> environment, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("/bin/bash", SCRIPT.toString(), "--no-devices"));
        command.addAll(List.of(options));
        Path printed = folder.resolve("printed");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(printed.toFile());
        Map<String, String> own = builder.environment();
        own.remove("TORNADOVM_HOME");
        own.put("HOME", folder.toString());
        own.put("PATH", folder.resolve("bin") + ":" + System.getenv("PATH"));
        own.put("LPLB_TORNADO_DIR", home.toString());
        own.put("LPLB_TORNADO_ARGS", arguments.toString());
        own.put("LPLB_TORNADO_URL", "http://127.0.0.1:1/no-such-server.zip");
        own.putAll(environment);
        Process process = builder.start();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the script did not end within a minute");
        return new Result(process.exitValue(), Files.readString(printed));
    }

    private static void assertPrinted(String text, Result result) {
        assertTrue(result.printed().contains(text), result.printed());
    }

    private Path sdk() {
        return home.resolve("tornadovm-" + VERSION + "-ptx");
    }

    private List<String> leftInHome() throws IOException {
        if (!Files.exists(home)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(home)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static String sha256(Path file) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }

    @Test
    void installsFromAnArchiveAndDoesItOnce() throws Exception {
        Result first = run(Map.of(), "--from", archive.toString(), "--unverified");
        assertEquals(0, first.exit(), first.printed());
        assertPrinted("NOT VERIFIED", first);
        assertPrinted(sha256(archive), first);
        assertEquals(List.of(sdk().getFileName().toString()), leftInHome());
        assertEquals("api", Files.readString(sdk().resolve(API)));
        List<String> maven = Files.readAllLines(folder.resolve("mvn.log"));
        assertTrue(maven.contains("-Dversion=" + VERSION), maven.toString());
        String written = Files.readString(arguments);
        for (String flag : List.of(
                "-Dtornado.recover.bailout=False",
                "-Djdk.graal.OptEarlyReadElimination=false",
                "-Dtornado.compiler.bytecodeInlining=true",
                "-Djdk.graal.TrivialInliningSize=20000",
                "-DInlineDuringParsingPlugin.NodeBudget=1000000",
                "-XX:+EnableJVMCI",
                "--add-exports a/b=c",
                "--add-exports d/e=f",
                "\"-Djava.library.path=" + sdk() + "/lib\"")) {
            assertTrue(written.lines().anyMatch(flag::equals), flag + " is not in " + written);
        }

        Result second = run(Map.of(), "--from", archive.toString(), "--unverified");
        assertEquals(0, second.exit(), second.printed());
        assertPrinted("is installed in", second);
        assertPrinted("tornado-api is in the local Maven repository already", second);
        assertPrinted("is up to date", second);
        assertFalse(second.printed().contains("NOT VERIFIED"), second.printed());
        assertEquals(written, Files.readString(arguments));
    }

    @Test
    void checksTheChecksum() throws Exception {
        Result wrong = run(Map.of(), "--from", archive.toString(), "--sha256", "0".repeat(64));
        assertNotEquals(0, wrong.exit());
        assertPrinted("got SHA-256 " + sha256(archive), wrong);
        assertEquals(List.of(), leftInHome());
        assertFalse(Files.exists(arguments));
        Result right = run(Map.of(), "--from", archive.toString(), "--sha256", sha256(archive));
        assertEquals(0, right.exit(), right.printed());
        assertFalse(right.printed().contains("NOT VERIFIED"), right.printed());
    }

    @Test
    void withoutAChecksumNothingIsInstalled() throws Exception {
        Result file = run(Map.of(), "--from", archive.toString());
        assertNotEquals(0, file.exit());
        assertPrinted("--sha256, or --unverified", file);
        assertPrinted(sha256(archive), file);
        assertNotEquals(0, run(Map.of()).exit());
        assertEquals(List.of(), leftInHome());
    }

    @Test
    void onlyKnownOptionsReachTheArguments() throws Exception {
        assertEquals(
                0, run(Map.of(), "--from", archive.toString(), "--unverified").exit());
        Path exports = sdk().resolve("etc/exportLists/ptx-exports");
        Files.writeString(exports, "--add-opens=a/b.c=d.e,f.g\n--add-reads=h.i=ALL-UNNAMED\n".replace("-UNNAMED", ""));
        assertEquals(0, run(Map.of()).exit());
        String written = Files.readString(arguments);
        assertTrue(written.contains("\n--add-opens=a/b.c=d.e,f.g\n--add-reads=h.i=ALL\n"), written);
        for (String line : List.of(
                "-javaagent:evil.jar",
                "--add-exports a/b=c -XX:OnError=x",
                "--add-opens=a/b=c\\",
                "@more",
                "\"--add-reads=a=b\"")) {
            Files.writeString(exports, line + "\n");
            Result result = run(Map.of());
            assertNotEquals(0, result.exit(), line);
            assertPrinted("the SDK's export lists have the line '" + line + "'", result);
            assertEquals(written, Files.readString(arguments));
        }
    }

    @Test
    void withoutNetworkSaysWhatToDo() throws Exception {
        int closed;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }
        String url = "http://127.0.0.1:" + closed + "/tornado.zip";
        Result result = run(Map.of("LPLB_TORNADO_URL", url), "--unverified");
        assertNotEquals(0, result.exit());
        assertPrinted(url, result);
        assertPrinted("--from", result);
        assertEquals(List.of(), leftInHome());
        assertFalse(Files.exists(arguments));
    }

    @Test
    void resumesAnInterruptedDownload() throws Exception {
        byte[] all = Files.readAllBytes(archive);
        Files.createDirectories(home);
        Files.write(home.resolve("tornadovm-" + VERSION + "-ptx-linux-amd64.zip.part"), Arrays.copyOf(all, 100));
        List<String> ranges = new CopyOnWriteArrayList<>();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/sdk.zip", exchange -> serve(exchange, all, ranges));
        server.start();
        try {
            String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/sdk.zip";
            Result result = run(Map.of("LPLB_TORNADO_URL", url), "--sha256", sha256(archive));
            assertEquals(0, result.exit(), result.printed());
        } finally {
            server.stop(0);
        }
        assertEquals(List.of("bytes=100-"), ranges);
        assertEquals(List.of(sdk().getFileName().toString()), leftInHome());
    }

    private static void serve(HttpExchange exchange, byte[] all, List<String> ranges) throws IOException {
        String range = String.valueOf(exchange.getRequestHeaders().getFirst("Range"));
        ranges.add(range);
        int from = Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
        exchange.getResponseHeaders().add("Content-Range", "bytes " + from + "-" + (all.length - 1) + "/" + all.length);
        exchange.sendResponseHeaders(206, all.length - from);
        try (OutputStream body = exchange.getResponseBody()) {
            body.write(all, from, all.length - from);
        }
    }

    @Test
    void replacesWhatAnInterruptedRunLeft() throws Exception {
        Files.createDirectories(sdk().resolve("lib"));
        Files.createDirectories(home.resolve("unpack.abcdef/tornadovm"));
        Result result = run(Map.of(), "--from", archive.toString(), "--unverified");
        assertEquals(0, result.exit(), result.printed());
        assertEquals(List.of(sdk().getFileName().toString()), leftInHome());
    }

    @Test
    void refusesAnArchiveThatIsNotTheSdk() throws Exception {
        Path other = folder.resolve("other.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(other))) {
            out.putNextEntry(new ZipEntry("share/java/readme"));
            out.closeEntry();
        }
        Result result = run(Map.of(), "--from", other.toString(), "--unverified");
        assertNotEquals(0, result.exit());
        assertPrinted("it has no lib/libtornado-ptx.so", result);
        Files.writeString(other, "not a zip file");
        assertNotEquals(
                0, run(Map.of(), "--from", other.toString(), "--unverified").exit());
        assertEquals(List.of(), leftInHome());
    }

    @Test
    void usesAnExistingSdk() throws Exception {
        assertEquals(
                0, run(Map.of(), "--from", archive.toString(), "--unverified").exit());
        Path elsewhere = folder.resolve("an sdk");
        Files.move(sdk(), elsewhere);
        Result result = run(Map.of("TORNADOVM_HOME", elsewhere.toString()));
        assertEquals(0, result.exit(), result.printed());
        assertTrue(Files.readString(arguments).contains("\"" + elsewhere.toRealPath() + "/" + API + "\""));
        assertEquals(List.of(), leftInHome());
        Files.delete(elsewhere.resolve(API));
        Result broken = run(Map.of("TORNADOVM_HOME", elsewhere.toString()));
        assertNotEquals(0, broken.exit());
        assertPrinted("it has no " + API, broken);
    }

    @Test
    void explainsItself() throws Exception {
        Result help = run(Map.of(), "--help");
        assertEquals(0, help.exit());
        assertPrinted("--from FILE.zip", help);
        for (String[] wrong : new String[][] {{"--what"}, {"--from"}, {"--from", "none.zip"}, {"--sha256", "12"}}) {
            assertNotEquals(0, run(Map.of(), wrong).exit(), String.join(" ", wrong));
        }
        assertEquals(List.of(), leftInHome());
    }

    @Test
    void shellcheckHasNothingToSay() throws Exception {
        Process found = new ProcessBuilder("/bin/bash", "-c", "command -v shellcheck").start();
        assumeTrue(found.waitFor() == 0, "skipped: shellcheck is not installed");
        Path printed = folder.resolve("shellcheck");
        int exit = new ProcessBuilder("shellcheck", SCRIPT.toString())
                .redirectErrorStream(true)
                .redirectOutput(printed.toFile())
                .start()
                .waitFor();
        assertEquals(0, exit, Files.readString(printed));
    }
}
