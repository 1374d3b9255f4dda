# Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
"""Looks in PTX that TornadoVM 5.2.0 emitted for three ways in which it is silently wrong.

usage: ptx_lint.py FILE.ptx ...        exit code 1 if anything was found

- array:     local memory addressed as an ordinary Java array, 16 bytes off (a helper was inlined too late)
- constant:  a condition that was folded to a constant, whose branch tests another, undefined predicate
- predicate: a predicate used in a block other than the one that computes it (a boolean that outlives a branch);
             harmless where the computing block comes first on every way, so look at each
"""
import re
import sys


def findings(path):
    block, made, used = None, {}, []
    with open(path) as file:
        for number, line in enumerate(file, 1):
            label = re.match(r"(BLOCK_\d+|LOOP_COND_\d+):", line)
            if label:
                block = label.group(1)
                continue
            if re.search(r"shared.*\[rsd\d", line):
                yield number, "array", line.strip()
            if re.search(r"setp\.[a-z]+\.u32[^,]*, [01], [01];", line):
                yield number, "constant", line.strip()
            names = re.findall(r"rpb\d+", line)
            if not names or ".reg" in line:
                continue
            if re.match(r"\s*(setp|testp|(or|and|xor|not)\.pred)", line):
                made.setdefault(names.pop(0), set()).add(block)
            used += [(name, block, number, line.strip()) for name in names]
    for name, where, number, line in used:
        if where not in made.get(name, ()):
            yield number, "predicate", line


def main(paths):
    found = 0
    for path in paths:
        for number, kind, line in findings(path):
            print(f"{path}:{number}: {kind}: {line}")
            found += 1
    print(f"{len(paths)} files, {found} findings")
    return found > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
