// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.program;

import io.lplb.tornado.kernel.WorkGroup;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.Annotation;
import java.lang.classfile.AnnotationElement;
import java.lang.classfile.AnnotationValue;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.MethodModel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reader of the {@link WorkGroup} annotations of kernels. Annotations are read from the class file, because loading the class
 * needs TornadoVM's API, which is absent where kernels are launched as PTX.
 */
public final class WorkGroups {
    private static final String DESCRIPTOR = WorkGroup.class.descriptorString();

    private WorkGroups() {}

    /**
     * Geometry of a work-group.
     *
     * @param threads threads of a work-group
     * @param problems problems that a work-group solves
     */
    public record Size(int threads, int problems) {}

    /**
     * Returns the geometry of a kernel.
     *
     * @param kernelClass name of the kernel's class
     * @param method name of the kernel's method
     * @throws IllegalStateException if there is no such method with the annotation
     */
    public static Size of(String kernelClass, String method) {
        Size size = find(kernelClass, method);
        if (size == null) {
            throw new IllegalStateException(
                    "kernel: got " + kernelClass + "." + method + " without @WorkGroup, expected an annotated method");
        }
        return size;
    }

    /** {@return whether a kernel has the annotation, and so one number of threads} */
    public static boolean isAnnotated(String kernelClass, String method) {
        return find(kernelClass, method) != null;
    }

    private static @Nullable Size find(String kernelClass, String method) {
        String file = kernelClass.replace('.', '/') + ".class";
        try (InputStream in = WorkGroups.class.getClassLoader().getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("kernel: got no class file of " + kernelClass + ", expected one");
            }
            for (MethodModel m : ClassFile.of().parse(in.readAllBytes()).methods()) {
                Size size = m.methodName().equalsString(method) ? of(m) : null;
                if (size != null) {
                    return size;
                }
            }
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(file, e);
        }
    }

    private static @Nullable Size of(MethodModel method) {
        for (Annotation annotation : method.findAttribute(Attributes.runtimeVisibleAnnotations())
                .map(all -> all.annotations())
                .orElseGet(List::of)) {
            if (annotation.className().equalsString(DESCRIPTOR)) {
                int threads = 0;
                int problems = 1;
                for (AnnotationElement element : annotation.elements()) {
                    int value = element.value() instanceof AnnotationValue.OfInt number ? number.intValue() : 0;
                    if (element.name().equalsString("threads")) {
                        threads = value;
                    } else if (element.name().equalsString("problems")) {
                        problems = value;
                    }
                }
                return new Size(threads, problems);
            }
        }
        return null;
    }
}
