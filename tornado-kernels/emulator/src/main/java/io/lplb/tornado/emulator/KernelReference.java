// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Method;

/**
 * The static method behind a task's lambda or method reference, found through the lambda's serial form.
 *
 * @param owner class loader of the code that made the lambda
 * @param className binary name of the method's class
 * @param method name of the method
 * @param descriptor type of the method
 */
record KernelReference(ClassLoader owner, String className, String method, String descriptor) {
    /**
     * Resolves a lambda.
     *
     * @throws EmulatorException if it is no lambda of a task's type, captures values or calls an instance method
     */
    static KernelReference of(String task, Object code) {
        SerializedLambda lambda = serialized(task, code);
        if (lambda.getCapturedArgCount() > 0) {
            throw EmulatorException.launch(
                    task,
                    "a lambda that captures " + lambda.getCapturedArgCount() + " values; expected one without, or "
                            + "a reference to a static method");
        }
        if (lambda.getImplMethodKind() != MethodHandleInfo.REF_invokeStatic) {
            throw EmulatorException.launch(
                    task, lambda.getImplMethodName() + " is not static; expected a static method");
        }
        ClassLoader loader = code.getClass().getClassLoader();
        return new KernelReference(
                loader == null ? ClassLoader.getSystemClassLoader() : loader,
                lambda.getImplClass().replace('/', '.'),
                lambda.getImplMethodName(),
                lambda.getImplMethodSignature());
    }

    private static SerializedLambda serialized(String task, Object code) {
        try {
            Method writeReplace = code.getClass().getDeclaredMethod("writeReplace");
            writeReplace.setAccessible(true);
            return (SerializedLambda) writeReplace.invoke(code);
        } catch (ReflectiveOperationException | ClassCastException e) {
            throw EmulatorException.launch(
                    task,
                    code.getClass().getName() + " (" + e
                            + "); expected a lambda or a method reference compiled against " + "the emulator's API");
        }
    }

    /** Returns the simple class name and the method. */
    String shortName() {
        return className.substring(className.lastIndexOf('.') + 1) + "." + method;
    }

    /** Returns the machine's instrumented copy of the method, as {@code (Object[])void}. */
    MethodHandle load(Machine machine, EmulatorSettings settings) {
        String kernelPackage = className.substring(0, Math.max(0, className.lastIndexOf('.')));
        KernelClassLoader loader = machine.loader(
                new KernelClassLoader.Key(owner, settings.kernelPackages(), kernelPackage, settings.checks()));
        try {
            Class<?> type = loader.loadClass(className);
            MethodType methodType = MethodType.fromMethodDescriptorString(descriptor, loader);
            Method found = type.getDeclaredMethod(method, methodType.parameterArray());
            found.setAccessible(true);
            MethodHandle handle = MethodHandles.lookup().unreflect(found);
            return handle.asType(
                            handle.type().changeReturnType(void.class).generic().changeReturnType(void.class))
                    .asSpreader(Object[].class, methodType.parameterCount());
        } catch (ReflectiveOperationException e) {
            throw EmulatorException.launch(shortName(), "the kernel cannot be loaded: " + e);
        }
    }
}
