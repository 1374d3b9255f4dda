// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.export;

import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.ExceptionCatch;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.IncrementInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.LookupSwitchInstruction;
import java.lang.classfile.instruction.NewMultiArrayInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.classfile.instruction.NewReferenceArrayInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.lang.classfile.instruction.TypeCheckInstruction;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The instructions of a method as text, one a line, without what depends on the compilation rather than on the code:
 * constant-pool indices, line numbers, names of local variables, and labels that nothing jumps to.
 *
 * <p>Not thread-safe: an instance is for one method.
 */
final class InstructionText {
    private final Set<Label> targets = new HashSet<>();
    private final Map<Label, Integer> numbers = new HashMap<>();
    private final StringBuilder text = new StringBuilder();

    private InstructionText() {}

    static String of(CodeModel code) {
        InstructionText result = new InstructionText();
        code.forEach(result::collectTargets);
        code.forEach(result::append);
        return result.text.toString();
    }

    private void collectTargets(CodeElement element) {
        if (element instanceof BranchInstruction branch) {
            targets.add(branch.target());
        } else if (element instanceof TableSwitchInstruction table) {
            targets.add(table.defaultTarget());
            table.cases().forEach(c -> targets.add(c.target()));
        } else if (element instanceof LookupSwitchInstruction lookup) {
            targets.add(lookup.defaultTarget());
            lookup.cases().forEach(c -> targets.add(c.target()));
        } else if (element instanceof ExceptionCatch handler) {
            targets.addAll(List.of(handler.tryStart(), handler.tryEnd(), handler.handler()));
        }
    }

    private void append(CodeElement element) {
        if (element instanceof LabelTarget target && targets.contains(target.label())) {
            text.append(label(target.label())).append(":\n");
        } else if (element instanceof ExceptionCatch handler) {
            text.append("catch ")
                    .append(label(handler.tryStart()))
                    .append(label(handler.tryEnd()))
                    .append(label(handler.handler()))
                    .append('\n');
        } else if (element instanceof Instruction instruction) {
            text.append(line(instruction)).append('\n');
        }
    }

    private String label(Label label) {
        return "L" + numbers.computeIfAbsent(label, l -> numbers.size());
    }

    private String line(Instruction instruction) {
        if (instruction instanceof LoadInstruction load) {
            return "load " + load.typeKind() + " " + load.slot();
        }
        if (instruction instanceof StoreInstruction store) {
            return "store " + store.typeKind() + " " + store.slot();
        }
        if (instruction instanceof ConstantInstruction constant) {
            return "constant " + constant.typeKind() + " " + constant.constantValue();
        }
        if (instruction instanceof IncrementInstruction increment) {
            return "increment " + increment.slot() + " " + increment.constant();
        }
        if (instruction instanceof BranchInstruction branch) {
            return branch.opcode() + " " + label(branch.target());
        }
        return instruction.opcode() + operands(instruction);
    }

    private String operands(Instruction instruction) {
        if (instruction instanceof FieldInstruction field) {
            return " " + field.owner().asInternalName() + "." + field.name() + " " + field.type();
        }
        if (instruction instanceof InvokeInstruction call) {
            return " " + call.owner().asInternalName() + "." + call.name() + call.type();
        }
        if (instruction instanceof NewObjectInstruction made) {
            return " " + made.className().asInternalName();
        }
        if (instruction instanceof TypeCheckInstruction check) {
            return " " + check.type().asInternalName();
        }
        if (instruction instanceof NewPrimitiveArrayInstruction array) {
            return " " + array.typeKind();
        }
        if (instruction instanceof NewReferenceArrayInstruction array) {
            return " " + array.componentType().asInternalName();
        }
        if (instruction instanceof NewMultiArrayInstruction array) {
            return " " + array.arrayType().asInternalName() + " " + array.dimensions();
        }
        if (instruction instanceof InvokeDynamicInstruction dynamic) {
            return " " + dynamic.name() + dynamic.type() + " " + dynamic.bootstrapArgs();
        }
        if (instruction instanceof TableSwitchInstruction table) {
            return cases(table.cases(), table.defaultTarget());
        }
        if (instruction instanceof LookupSwitchInstruction lookup) {
            return cases(lookup.cases(), lookup.defaultTarget());
        }
        return "";
    }

    private String cases(List<SwitchCase> cases, Label otherwise) {
        StringBuilder result = new StringBuilder();
        for (SwitchCase c : cases) {
            result.append(' ').append(c.caseValue()).append(' ').append(label(c.target()));
        }
        return result.append(" default ").append(label(otherwise)).toString();
    }
}
