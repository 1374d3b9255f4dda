// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.export;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * A fingerprint of a kernel: SHA-256 over the instructions (see {@link InstructionText}) of its method and of every
 * method, constructor and class initialiser that these reach in any package but the JDK's and TornadoVM's. It is the same
 * whether the class was compiled against TornadoVM's API or the emulator's, and however lines are numbered.
 *
 * <p>Not thread-safe.
 */
final class BytecodeHash {
    /** Classes that are not this library's device code: the JDK's, and the API, whose emulator and original differ. */
    private static final String[] FOREIGN = {"java/", "uk/ac/manchester/tornado/"};

    private final ClassLoader loader;
    private final Map<String, ClassModel> classes = new HashMap<>();
    private final Map<String, String> done = new TreeMap<>();
    private final Deque<Method> open = new ArrayDeque<>();

    private record Method(String owner, String name, String type) {}

    private BytecodeHash(ClassLoader loader) {
        this.loader = loader;
    }

    /**
     * Returns the fingerprint of a kernel.
     *
     * @param method the name of the one method of that name in the class
     */
    static String of(Class<?> kernel, String method) {
        return of(kernel.getClassLoader(), kernel.getName(), method);
    }

    /**
     * Returns the fingerprint of a kernel from class files.
     *
     * @param loader finds the class files
     * @param kernel name of the kernel's class
     * @param method name of the one method of that name in the class
     */
    static String of(ClassLoader loader, String kernel, String method) {
        BytecodeHash hash = new BytecodeHash(loader);
        String owner = kernel.replace('.', '/');
        for (MethodModel m : hash.classOf(owner).methods()) {
            if (m.methodName().equalsString(method)) {
                hash.open.add(new Method(owner, method, m.methodType().stringValue()));
            }
        }
        if (hash.open.isEmpty()) {
            throw new IllegalArgumentException("kernel: got " + kernel + ", expected a class with a method " + method);
        }
        while (!hash.open.isEmpty()) {
            hash.visit(hash.open.pop());
        }
        return digest(hash.done);
    }

    private static String digest(Map<String, String> methods) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            methods.forEach((name, code) -> sha.update((name + "\n" + code).getBytes(StandardCharsets.UTF_8)));
            return HexFormat.of().formatHex(sha.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private ClassModel classOf(String name) {
        return classes.computeIfAbsent(name, n -> {
            try (InputStream in = loader.getResourceAsStream(n + ".class")) {
                if (in == null) {
                    throw new IllegalStateException("class file: got none for " + n + ", expected one");
                }
                return ClassFile.of().parse(in.readAllBytes());
            } catch (IOException e) {
                throw new UncheckedIOException(n, e);
            }
        });
    }

    private void visit(Method method) {
        String id = method.owner + "." + method.name + method.type;
        if (done.containsKey(id)) {
            return;
        }
        done.put(id, "");
        for (MethodModel m : classOf(method.owner).methods()) {
            if (m.methodName().equalsString(method.name) && m.methodType().equalsString(method.type)) {
                CodeModel code = m.code().orElse(null);
                if (code != null) {
                    done.put(id, InstructionText.of(code));
                    code.forEach(this::follow);
                }
            }
        }
    }

    private void follow(CodeElement element) {
        if (element instanceof InvokeInstruction call && isOurs(call.owner().asInternalName())) {
            String owner = call.owner().asInternalName();
            open.push(new Method(owner, call.name().stringValue(), call.type().stringValue()));
        } else if (element instanceof FieldInstruction field
                && isOurs(field.owner().asInternalName())) {
            open.push(new Method(field.owner().asInternalName(), "<clinit>", "()V"));
        }
    }

    private static boolean isOurs(String owner) {
        for (String prefix : FOREIGN) {
            if (owner.startsWith(prefix)) {
                return false;
            }
        }
        return !owner.startsWith("[");
    }
}
