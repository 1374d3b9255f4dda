// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.attribute.SourceFileAttribute;
import java.util.function.Predicate;

/**
 * Rewrites kernel classes as they are loaded: see {@link KernelCode} for what is replaced. The class's own static
 * initializer and what a coverage tool added stay as they are.
 */
final class KernelInstrumenter {
    private final ClassFile classFile;
    private final SiteTable sites;
    private final boolean checks;
    private final Predicate<String> kernelClass;

    /**
     * @param parent where classes that are mentioned can be found
     * @param checks whether accesses to arrays are replaced too
     * @param kernelClass tells the classes that are instrumented, by binary name
     */
    KernelInstrumenter(ClassLoader parent, SiteTable sites, boolean checks, Predicate<String> kernelClass) {
        this.classFile = ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(
                ClassHierarchyResolver.ofResourceParsing(parent).orElse(ClassHierarchyResolver.defaultResolver())));
        this.sites = sites;
        this.checks = checks;
        this.kernelClass = kernelClass;
    }

    byte[] instrument(byte[] original) {
        ClassModel model = classFile.parse(original);
        String file = model.findAttribute(java.lang.classfile.Attributes.sourceFile())
                .map(SourceFileAttribute::sourceFile)
                .map(Object::toString)
                .orElseGet(() -> model.thisClass().asInternalName());
        MethodTransform code = MethodTransform.transformingCode(
                CodeTransform.ofStateful(() -> new KernelCode(sites, file, checks, kernelClass)));
        ClassTransform transform = (builder, element) -> {
            if (element instanceof MethodModel method && isKernelCode(method)) {
                builder.transformMethod(method, code);
            } else {
                builder.with(element);
            }
        };
        return classFile.transformClass(model, transform);
    }

    private static boolean isKernelCode(MethodModel method) {
        String name = method.methodName().stringValue();
        return !name.equals("<clinit>") && !name.startsWith("$jacoco");
    }
}
