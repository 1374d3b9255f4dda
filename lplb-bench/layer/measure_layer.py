#!/usr/bin/env python3
# Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
"""Measures the plans that `lplb layer --write FILE` wrote: the grouped GEMM of every rank, one after another, on one GPU.

    python3 measure_layer.py PLANS.json MEASURED.json [--seconds N] [--dry-run]

Each rank runs gate+up, then down, in bf16 (grouped_mm) inside a CUDA graph, over sets of weights that are together larger
than the L2 cache. The ranks of a case are measured in rounds, in another order each time; a rank's time is the median of
its rounds. `lplb layer --measured MEASURED.json` prints measured beside predicted times.

--seconds stops after so many seconds and leaves out the cases not yet measured. --dry-run needs no GPU: it writes the
predicted times as measured ones, to check the files.
"""
import argparse
import datetime
import json
import random
import statistics
import subprocess
import time

ROUNDS = 3
MICROS_PER_ROUND = 8000
BEYOND_CACHE = 4


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("plans")
    parser.add_argument("measured")
    parser.add_argument("--seconds", type=float, default=480)
    parser.add_argument("--dry-run", action="store_true")
    return parser.parse_args()


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


def driver():
    try:
        query = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
        return subprocess.run(query, capture_output=True, text=True, check=True).stdout.split("\n")[0].strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def main():
    args = parse()
    with open(args.plans) as file:
        data = json.load(file)
    started = time.monotonic()
    cases = data["cases"]
    slots = max(len(r) for c in cases for p in c["plans"].values() for r in p["counts"])
    rows = max(sum(r) for c in cases for p in c["plans"].values() for r in p["counts"])
    gpu = None if args.dry_run else Gpu(data["hidden"], data["intermediate"], slots, rows)
    done = []
    for case in cases:
        if time.monotonic() - started > args.seconds:
            break
        plans = case["plans"].values()
        vectors = {tuple(r) + (0,) * (slots - len(r)) for p in plans for r in p["counts"] if sum(r) > 0}
        times = {} if gpu is None else gpu.measure(sorted(vectors))
        for plan in plans:
            keys = [tuple(r) + (0,) * (slots - len(r)) for r in plan["counts"]]
            if gpu is None:
                plan["ranks_us"] = [plan["predicted"] for _ in keys]
            else:
                plan["ranks_us"] = [round(times.get(k, 0.0), 1) for k in keys]
            plan["measured"] = max(plan["ranks_us"])
        done.append(case)
        print(case["tokens"], case["trace"], case["history"], case["layer"],
              {n: round(p["measured"]) for n, p in case["plans"].items()}, flush=True)
    data["cases"] = done
    data["left_out"] = len(cases) - len(done)
    data["date"] = datetime.date.today().isoformat()
    data["seconds"] = round(time.monotonic() - started, 1)
    if gpu is not None:
        data["device"] = gpu.torch.cuda.get_device_name(0)
        data["torch"] = gpu.torch.__version__
        data["driver"] = driver()
    else:
        data["device"] = "none (dry run)"
    with open(args.measured, "w") as file:
        json.dump(data, file)
        file.write("\n")


if __name__ == "__main__":
    main()
