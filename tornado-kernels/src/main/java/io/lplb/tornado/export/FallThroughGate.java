// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.export;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Check of the CUDA C that TornadoVM's CUDA backend emits: every block of the code is reached in the text from the blocks that precede it
 * in the compiler's graph, and from no others.
 *
 * <p>The backend turns a graph into nested statements. Where a graph does not nest, as after {@code a || b}, it may put a block where
 * another path falls into it; nothing else tells. Every block begins with a comment:
 *
 * <pre>
 *   // BLOCK 7                   a block with one predecessor
 *   // BLOCK 9 MERGES [8 7 ]     a block with these predecessors
 * </pre>
 *
 * <p>The check walks through the text with the set of blocks that control may come from. A block that does nothing to a path which
 * falls into it hands that path on: one without statements, or with the same copies of values as the block before it on the path.
 *
 * <p>Not thread-safe: an instance is for one kernel.
 */
final class FallThroughGate {
    private static final Pattern BLOCK = Pattern.compile("// BLOCK (\\d+)(?: MERGES \\[([\\d ]*)\\])?");

    /** Assignment of a variable or a constant to a variable. */
    private static final Pattern COPY = Pattern.compile("(\\w+)\\s*=\\s*(-?[\\w.]+);");

    /** Kinds of braces. */
    private enum Scope {
        FUNCTION,
        THEN,
        ELSE,
        LOOP
    }

    /** An open brace. */
    private static final class Open {
        final Scope scope;
        /** Blocks that control comes from at the head of the statement. */
        final Set<Integer> head;
        /** Blocks that leave a loop by break, or, for an else, the ends of the then. */
        final Set<Integer> leaving = new TreeSet<>();
        /** Number of the block whose end is a loop's head. */
        final int block;
        /** Whether the loop is left at its head only by break. */
        final boolean endless;

        Open(Scope scope, Set<Integer> head, int block, boolean endless) {
            this.scope = scope;
            this.head = head;
            this.block = block;
            this.endless = endless;
        }
    }

    private final String name;
    private final Map<Integer, Set<Integer>> expected = new HashMap<>();
    private final Map<Integer, Set<Integer>> found = new HashMap<>();
    private final Set<Integer> returning = new TreeSet<>();
    private final Set<Integer> returned = new TreeSet<>();
    private final Deque<Open> open = new ArrayDeque<>();
    private Set<Integer> from = new TreeSet<>();
    private Set<Integer> before = new TreeSet<>();
    private int block = -1;
    private int loopHead = -1;
    private int loopLeft = -1;
    private final Map<Integer, List<String>> statements = new HashMap<>();

    private FallThroughGate(String name) {
        this.name = name;
    }

    /**
     * Checks a kernel.
     *
     * @param source as it was emitted
     * @throws IllegalStateException naming block and predecessors, if control falls into a block from elsewhere
     */
    static void check(String name, String source) {
        FallThroughGate gate = new FallThroughGate(name);
        gate.walk(source.lines().map(String::strip).toArray(String[]::new));
        gate.compare();
    }

    private void walk(String[] lines) {
        Scope next = Scope.FUNCTION;
        boolean endless = false;
        for (int k = 0; k < lines.length; k++) {
            String line = lines[k];
            Matcher begin = BLOCK.matcher(line);
            if (begin.matches()) {
                begin(Integer.parseInt(begin.group(1)), begin.group(2));
            } else if (line.startsWith("if(")) {
                close();
                next = Scope.THEN;
            } else if (line.startsWith("for(")) {
                loopHead = block;
                close();
                next = Scope.LOOP;
                endless = line.startsWith("for(;;)");
            } else if (line.equals("{")) {
                enter(next, endless);
            } else if (line.startsWith("}")) {
                boolean hasElse = k + 1 < lines.length && lines[k + 1].equals("else");
                next = leave(hasElse);
            } else if (line.equals("break;")) {
                close();
                innermostLoop().leaving.addAll(from);
                from = new TreeSet<>();
            } else if (line.startsWith("return")) {
                if (block >= 0 && statementsOf(block).isEmpty()) {
                    returning.add(block);
                }
                close();
                returned.addAll(from);
                from = new TreeSet<>();
            } else if (line.startsWith("switch") || line.startsWith("goto") || line.startsWith("continue")) {
                throw new IllegalStateException(name + ": got '" + line + "', expected only if, for and break");
            } else if (!line.isEmpty() && !line.startsWith("//") && !line.equals("else")) {
                if (block >= 0) {
                    statementsOf(block).add(line);
                }
            }
        }
    }

    private void begin(int number, @Nullable String merges) {
        close();
        before = from;
        block = number;
        statements.put(number, new ArrayList<>());
        from = new TreeSet<>(Set.of(number));
        found.computeIfAbsent(number, n -> new TreeSet<>());
        if (merges != null) {
            Set<Integer> all = new TreeSet<>();
            for (String one : merges.strip().split(" +", -1)) {
                all.add(Integer.parseInt(one));
            }
            expected.put(number, all);
        }
    }

    /** Ends the current block: all its statements are known. */
    private void close() {
        if (block < 0) {
            return;
        }
        int number = block;
        block = -1;
        Set<Integer> all = expected.get(number);
        Set<Integer> strangers = new TreeSet<>(before);
        if (all != null) {
            strangers.removeAll(all);
        } else if (before.contains(loopLeft)) {
            strangers.remove(loopLeft);
        } else if (!before.isEmpty()) {
            strangers.remove(before.iterator().next());
        }
        loopLeft = -1;
        strangers.removeIf(stranger -> !repeats(statementsOf(number), statementsOf(stranger)));
        before = new TreeSet<>(before);
        before.removeAll(strangers);
        from.addAll(strangers);
        if (all == null && before.size() > 1) {
            throw new IllegalStateException(
                    name + ", block " + number + ": got predecessors " + before + " in the text, expected one");
        }
        found.computeIfAbsent(number, n -> new TreeSet<>()).addAll(before);
    }

    private List<String> statementsOf(int number) {
        return statements.computeIfAbsent(number, n -> new ArrayList<>());
    }

    /** Whether a block's statements do nothing more after those of another: none, or the same copies of values. */
    private static boolean repeats(List<String> block, List<String> other) {
        if (!block.isEmpty() && !block.equals(other)) {
            return false;
        }
        Set<String> written = new HashSet<>();
        Set<String> read = new HashSet<>();
        for (String statement : block) {
            Matcher copy = COPY.matcher(statement);
            if (!copy.matches()) {
                return false;
            }
            written.add(copy.group(1));
            read.add(copy.group(2));
        }
        return Collections.disjoint(written, read);
    }

    private void enter(Scope scope, boolean endless) {
        close();
        if (scope == Scope.LOOP) {
            open.push(new Open(scope, from, loopHead, endless));
        } else if (scope != Scope.ELSE) {
            open.push(new Open(scope, from, -1, endless));
        }
        from = new TreeSet<>(from);
    }

    private Scope leave(boolean hasElse) {
        close();
        Open scope = open.pop();
        switch (scope.scope) {
            case FUNCTION -> from = new TreeSet<>();
            case LOOP -> {
                // The back edge.
                found.computeIfAbsent(scope.block, n -> new TreeSet<>()).addAll(from);
                from = new TreeSet<>(scope.leaving);
                if (!scope.endless) {
                    from.addAll(scope.head);
                }
                loopLeft = scope.block;
            }
            case THEN -> {
                if (hasElse) {
                    Open other = new Open(Scope.ELSE, scope.head, -1, false);
                    other.leaving.addAll(from);
                    open.push(other);
                    from = new TreeSet<>(scope.head);
                    return Scope.ELSE;
                }
                from.addAll(scope.head);
            }
            case ELSE -> from.addAll(scope.leaving);
        }
        return Scope.THEN;
    }

    private Open innermostLoop() {
        for (Open scope : open) {
            if (scope.scope == Scope.LOOP) {
                return scope;
            }
        }
        throw new IllegalStateException(name + ": got a break outside of loops, expected one inside");
    }

    private void compare() {
        expected.forEach((number, all) -> {
            Set<Integer> got = new TreeSet<>(found.getOrDefault(number, Set.of()));
            if (returning.contains(number)) {
                // A block that only returns may be repeated where a path ends.
                returned.stream().filter(all::contains).forEach(got::add);
            }
            if (!all.equals(got)) {
                throw new IllegalStateException(
                        name + ", block " + number + ": got predecessors " + got + " in the text, expected " + all);
            }
        });
    }
}
