// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.ArrayLoadInstruction;
import java.lang.classfile.instruction.ArrayStoreInstruction;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LineNumber;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import uk.ac.manchester.tornado.api.KernelContext;

/**
 * Rewrites one method of a kernel. Replaced by calls of {@link KernelHooks}, with the site as last argument:
 *
 * <ul>
 *   <li>the KernelContext's barriers, shuffles, allocations and atomics;
 *   <li>loads and stores of Java arrays, get and set of native arrays, if accesses are checked.
 * </ul>
 *
 * Added are calls at backward branches (endless loops), around calls that hand on the KernelContext (call paths), and
 * before what TornadoVM's PTX backend cannot compile.
 */
final class KernelCode implements CodeTransform {
    private static final ClassDesc HOOKS = desc(KernelHooks.class);
    private static final ClassDesc CONTEXT = desc(KernelContext.class);
    private static final String ARRAYS = "uk.ac.manchester.tornado.api.types.arrays.";
    private static final MethodTypeDesc NOTHING = MethodTypeDesc.of(ConstantDescs.CD_void);
    private static final MethodTypeDesc SITE = MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_int);
    private static final Set<String> CONTEXT_METHODS = Arrays.stream(KernelContext.class.getDeclaredMethods())
            .map(java.lang.reflect.Method::getName)
            .collect(Collectors.toUnmodifiableSet());
    private static final Set<String> UNSUPPORTED = Set.of(
            "java.lang.Math.fma(float,float,float)float",
            "java.lang.Math.fma(double,double,double)double",
            "java.lang.Math.abs(int)int",
            "java.lang.Float.floatToIntBits(float)int");

    private final SiteTable sites;
    private final String file;
    private final boolean checks;
    private final Predicate<String> kernelClass;
    private final Set<Label> passed = new HashSet<>();
    private int line;

    KernelCode(SiteTable sites, String file, boolean checks, Predicate<String> kernelClass) {
        this.sites = sites;
        this.file = file;
        this.checks = checks;
        this.kernelClass = kernelClass;
    }

    @Override
    public void accept(CodeBuilder code, CodeElement element) {
        if (element instanceof LineNumber number) {
            line = number.line();
        } else if (element instanceof LabelTarget target) {
            passed.add(target.label());
        } else if (element instanceof BranchInstruction branch && passed.contains(branch.target())) {
            code.invokestatic(HOOKS, "loop", NOTHING);
        }
        if (!replaced(code, element)) {
            code.with(element);
        }
    }

    private boolean replaced(CodeBuilder code, CodeElement element) {
        if (element instanceof InvokeInstruction invoke) {
            return call(code, invoke);
        }
        if (checks && element instanceof ArrayLoadInstruction load) {
            return load(code, load.typeKind());
        }
        return checks && element instanceof ArrayStoreInstruction store && store(code, store.typeKind());
    }

    private int site() {
        return sites.add(file + ":" + line);
    }

    private static boolean checkable(TypeKind kind) {
        return kind != TypeKind.REFERENCE && kind != TypeKind.CHAR && kind != TypeKind.SHORT;
    }

    private boolean load(CodeBuilder code, TypeKind kind) {
        if (!checkable(kind)) {
            return false;
        }
        boolean bytes = kind == TypeKind.BYTE || kind == TypeKind.BOOLEAN;
        ClassDesc array = bytes ? ConstantDescs.CD_Object : kind.upperBound().arrayType();
        MethodTypeDesc type = MethodTypeDesc.of(
                bytes ? ConstantDescs.CD_int : kind.upperBound(), array, ConstantDescs.CD_int, ConstantDescs.CD_int);
        code.loadConstant(site()).invokestatic(HOOKS, bytes ? "loadByte" : "load", type);
        return true;
    }

    private boolean store(CodeBuilder code, TypeKind kind) {
        if (!checkable(kind)) {
            return false;
        }
        boolean bytes = kind == TypeKind.BYTE || kind == TypeKind.BOOLEAN;
        ClassDesc array = bytes ? ConstantDescs.CD_Object : kind.upperBound().arrayType();
        MethodTypeDesc type = MethodTypeDesc.of(
                ConstantDescs.CD_void,
                array,
                ConstantDescs.CD_int,
                bytes ? ConstantDescs.CD_int : kind.upperBound(),
                ConstantDescs.CD_int);
        code.loadConstant(site()).invokestatic(HOOKS, bytes ? "storeByte" : "store", type);
        return true;
    }

    private boolean call(CodeBuilder code, InvokeInstruction invoke) {
        ClassDesc owner = invoke.owner().asSymbol();
        String name = invoke.name().stringValue();
        MethodTypeDesc type = invoke.typeSymbol();
        boolean virtual = invoke.opcode() == Opcode.INVOKEVIRTUAL;
        if (virtual && (isContextMethod(owner, name) || (checks && isArrayAccess(owner, name)))) {
            MethodTypeDesc hook = type.insertParameterTypes(0, owner)
                    .insertParameterTypes(type.parameterCount() + 1, ConstantDescs.CD_int);
            code.loadConstant(site()).invokestatic(HOOKS, name, hook);
            return true;
        }
        if (invoke.opcode() == Opcode.INVOKESTATIC) {
            String signature = binaryName(owner) + "." + name + type.displayDescriptor();
            if (UNSUPPORTED.contains(signature)) {
                code.loadConstant(signature)
                        .loadConstant(site())
                        .invokestatic(
                                HOOKS,
                                "unsupported",
                                MethodTypeDesc.of(
                                        ConstantDescs.CD_void, ConstantDescs.CD_String, ConstantDescs.CD_int));
            } else if (type.parameterList().contains(CONTEXT) && kernelClass.test(binaryName(owner))) {
                code.loadConstant(site()).invokestatic(HOOKS, "enter", SITE);
                code.with(invoke);
                code.invokestatic(HOOKS, "leave", NOTHING);
                return true;
            }
        }
        return false;
    }

    private static boolean isContextMethod(ClassDesc owner, String name) {
        return owner.equals(CONTEXT) && CONTEXT_METHODS.contains(name);
    }

    private static boolean isArrayAccess(ClassDesc owner, String name) {
        return owner.isClassOrInterface()
                && binaryName(owner).startsWith(ARRAYS)
                && (name.equals("get") || name.equals("set"));
    }

    private static String binaryName(ClassDesc type) {
        String descriptor = type.descriptorString();
        return type.isClassOrInterface()
                ? descriptor.substring(1, descriptor.length() - 1).replace('/', '.')
                : descriptor;
    }

    private static ClassDesc desc(Class<?> type) {
        return ClassDesc.ofDescriptor(type.descriptorString());
    }
}
