#!/usr/bin/env python3
# Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
"""Times the grouped GEMM of one rank's experts on a GPU with PyTorch: gate+up, then down, in bf16, inside a CUDA graph.

    grouped_gemm.py HIDDENxINTERMEDIATE

Each line of standard input holds the tokens of every slot, separated by spaces; each line of standard output the
microseconds. The first line decides the number of slots. Weights are walked through beyond the size of the L2 cache.
"""
import random
import statistics
import sys

ROUNDS = 3
MICROS_PER_ROUND = 8000
BEYOND_CACHE = 4
MOST_ROWS = 1 << 16


class Gpu:
    """Grouped GEMM of one rank; weights are made once for the largest number of slots."""

    def __init__(self, hidden, intermediate, slots, rows):
        import torch

        self.torch = torch
        torch.manual_seed(1)
        self.mm = getattr(torch.nn.functional, "grouped_mm", None) or torch._grouped_mm
        cache = torch.cuda.get_device_properties(0).L2_cache_size
        expert = 3 * hidden * intermediate * 2
        self.sets = max(1, -(-BEYOND_CACHE * cache // expert))

        def weights(n, k):
            made = torch.empty(self.count, n, k, device="cuda", dtype=torch.bfloat16).normal_(0, 0.02)
            return made.transpose(-2, -1)

        # A rank with one active expert still walks through different weights: the sets are shifted views.
        self.count = slots + self.sets - 1
        self.gate_up = weights(2 * intermediate, hidden)
        self.down = weights(hidden, intermediate)
        self.slots = slots
        self.x = torch.empty(rows, hidden, device="cuda", dtype=torch.bfloat16).normal_()
        self.h = torch.empty(rows, intermediate, device="cuda", dtype=torch.bfloat16).normal_()

    def graph(self, counts):
        torch = self.torch
        rows = sum(counts)
        offsets = torch.tensor(counts, device="cuda", dtype=torch.int32).cumsum(0, dtype=torch.int32)
        x, h = self.x[:rows], self.h[:rows]
        sets = list(range(self.sets))

        def run():
            for s in sets:
                self.mm(x, self.gate_up[s : s + self.slots], offs=offsets)
                self.mm(h, self.down[s : s + self.slots], offs=offsets)

        stream = torch.cuda.Stream()
        with torch.cuda.stream(stream):
            run()
        torch.cuda.synchronize()

        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            run()
        return graph, offsets

    def micros(self, graph, launches):
        torch = self.torch
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        start.record()
        for _ in range(launches):
            graph.replay()
        end.record()
        end.synchronize()
        return 1000 * start.elapsed_time(end) / launches / self.sets

    def measure(self, vectors):
        """Returns the median time of every vector of counts, in microseconds."""
        graphs = {v: self.graph(v) for v in vectors}
        launches = {}
        for v in vectors:
            graphs[v][0].replay()
            once = self.micros(graphs[v][0], 1)
            launches[v] = max(2, min(50, int(MICROS_PER_ROUND / (once * self.sets))))
        times = {v: [] for v in vectors}
        order = list(vectors)
        for round_number in range(ROUNDS):
            random.Random(round_number).shuffle(order)
            for v in order:
                times[v].append(self.micros(graphs[v][0], launches[v]))
        del graphs
        self.torch.cuda.empty_cache()
        return {v: statistics.median(t) for v, t in times.items()}


def main():
    hidden, intermediate = (int(part) for part in sys.argv[1].split("x"))
    gpu = None
    for line in sys.stdin:
        counts = tuple(int(word) for word in line.split())
        if gpu is None:
            gpu = Gpu(hidden, intermediate, len(counts), MOST_ROWS)
        print(round(gpu.measure([counts])[counts], 2), flush=True)


if __name__ == "__main__":
    main()
