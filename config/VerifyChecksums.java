// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Compares the jars of a class path with the list of their SHA-256, as the build does before it runs anything of them:
 * <pre>java config/VerifyChecksums.java LIST REPOSITORY PROJECT CLASSPATH verify|write|skip</pre>
 *
 * <p>A line of the list is a SHA-256, two spaces and a path in the local Maven repository, as Maven's Resolver writes it. Jars of
 * the project itself are not compared.
 */
public final class VerifyChecksums {
    private static final String SEPARATOR = "  ";

    private final Path list;
    private final Path repository;
    private final Path project;

    private VerifyChecksums(Path list, Path repository, Path project) {
        this.list = list;
        this.repository = repository;
        this.project = project;
    }

    /** Ends with 1 if a jar differs or is not in the list. */
    public static void main(String[] args) throws IOException {
        if (args.length != 5 || !List.of("verify", "write", "skip").contains(args[4])) {
            System.err.println("checksums: got " + args.length + " arguments, expected"
                    + " LIST REPOSITORY PROJECT CLASSPATH verify|write|skip");
            System.exit(2);
        }
        VerifyChecksums sums = new VerifyChecksums(Path.of(args[0]), real(args[1]), real(args[2]));
        List<String> faults = args[4].equals("skip") ? List.of() : sums.run(args[3], args[4].equals("write"));
        faults.forEach(fault -> System.err.println("checksums: " + fault));
        System.exit(faults.isEmpty() ? 0 : 1);
    }

    private static Path real(String path) throws IOException {
        return Path.of(path).toRealPath();
    }

    private List<String> run(String classPath, boolean write) throws IOException {
        Map<String, String> expected = read();
        List<String> faults = new ArrayList<>();
        for (String element : classPath.split(File.pathSeparator)) {
            if (!element.endsWith(".jar")) {
                continue;
            }
            Path jar = real(element);
            String name = nameOf(jar);
            if (name.isEmpty()) {
                continue;
            }
            String got = sha256(jar);
            String wanted = write ? got : expected.get(name);
            if (!got.equals(wanted)) {
                faults.add(name + ": got SHA-256 " + got + ", expected "
                        + (wanted == null ? "a jar that is in " + list : wanted));
            }
            expected.put(name, got);
        }
        if (write) {
            Files.write(
                    list,
                    expected.entrySet().stream()
                            .map(e -> e.getValue() + SEPARATOR + e.getKey())
                            .toList());
        }
        return faults;
    }

    /** Returns the path in the repository; empty for what this project makes. */
    private String nameOf(Path jar) {
        if (!jar.startsWith(repository)) {
            return jar.startsWith(project) ? "" : jar.toString();
        }
        String name = repository.relativize(jar).toString().replace(File.separatorChar, '/');
        return name.startsWith("io/lplb/") ? "" : name;
    }

    private Map<String, String> read() throws IOException {
        Map<String, String> sums = new TreeMap<>();
        for (String line : Files.exists(list) ? Files.readAllLines(list) : List.<String>of()) {
            int at = line.indexOf(SEPARATOR);
            if (at < 0) {
                throw new IOException(list + ": got line '" + line + "', expected a SHA-256, two spaces and a path");
            }
            sums.put(line.substring(at + SEPARATOR.length()), line.substring(0, at));
        }
        return sums;
    }

    private static String sha256(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
