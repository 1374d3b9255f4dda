// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.LineNumberInfo;
import java.lang.classfile.attribute.LineNumberTableAttribute;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Limits on the length of methods and lists of parameters, read from class files, and on where programs that measure are. */
class SourceSizesTest {
    private static final int MOST_LINES = 97; // with the signature and the last brace, 100
    private static final int MOST_PARAMETERS = 10;

    /** Device code: TornadoVM passes a kernel its buffers one by one, and inlines what it calls. */
    private static final String KERNELS = "io.lplb.tornado.kernel.";

    private static Stream<JavaClass> classes() {
        return new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .withImportOption(location -> !location.toString().contains("tests.jar"))
                        .importPackages("io.lplb")
                        .stream()
                        .filter(c -> !c.getPackageName().endsWith("jmh_generated"));
    }

    private static ClassModel model(JavaClass c) {
        try (InputStream in = c.getSource().orElseThrow().getUri().toURL().openStream()) {
            return ClassFile.of().parse(in.readAllBytes());
        } catch (IOException e) {
            throw new IllegalStateException(c.getName(), e);
        }
    }

    private static Set<String> above(int most, ToIntFunction<MethodModel> size) {
        Set<String> found = new TreeSet<>();
        classes()
                .filter(c -> !c.getName().startsWith(KERNELS))
                .forEach(c -> model(c).methods().stream()
                        .filter(m -> size.applyAsInt(m) > most)
                        .forEach(m -> found.add(c.getName() + "." + m.methodName() + ": " + size.applyAsInt(m))));
        return found;
    }

    /** Lines from a method's first statement to its last; those of a static initialiser are a class's constants. */
    private static int lines(MethodModel method) {
        if (method.methodName().equalsString("<clinit>") || method.methodName().equalsString("<init>")) {
            return 0;
        }
        return method.code()
                .flatMap(code -> code.findAttribute(Attributes.lineNumberTable()))
                .map(LineNumberTableAttribute::lineNumbers)
                .map(SourceSizesTest::span)
                .orElse(0);
    }

    private static int span(List<LineNumberInfo> lines) {
        IntStream numbers = lines.stream().mapToInt(LineNumberInfo::lineNumber);
        var all = numbers.summaryStatistics();
        return all.getMax() - all.getMin() + 1;
    }

    /** Parameters of a method that someone wrote; the components of a record are data. */
    private static int parameters(MethodModel method) {
        boolean synthetic = (method.flags().flagsMask() & ClassFile.ACC_SYNTHETIC) != 0;
        boolean record = method.methodName().equalsString("<init>")
                && method.parent()
                        .orElseThrow()
                        .superclass()
                        .orElseThrow()
                        .name()
                        .equalsString("java/lang/Record");
        return synthetic || record ? 0 : method.methodTypeSymbol().parameterCount();
    }

    @Test
    void methodsOutsideKernelsHaveAtMost100Lines() {
        assertEquals(Set.of(), above(MOST_LINES, SourceSizesTest::lines));
    }

    @Test
    void methodsOutsideKernelsHaveAtMost10Parameters() {
        assertEquals(Set.of(), above(MOST_PARAMETERS, SourceSizesTest::parameters));
    }

    /** Programs that measure live in lplb-bench, where users find and run them. */
    @Test
    void programsThatMeasureAreNotAmongTests() throws IOException {
        Path root = Path.of("..");
        assertTrue(Files.exists(root.resolve("ARCHITECTURE.md")), "expected the checkout above the module's folder");
        try (Stream<Path> files = Files.find(
                root,
                20,
                (path, attributes) -> path.toString().matches(".*/src/test/java/.*(Figures|Benchmark|Times)\\.java"))) {
            assertEquals(List.of(), files.map(Path::toString).sorted().toList());
        }
    }
}
