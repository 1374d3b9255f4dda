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
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../lplb-cli/src/main/resources/io/lplb/layer"))

from grouped_gemm import Gpu  # noqa: E402 (found by the path above)


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("plans")
    parser.add_argument("measured")
    parser.add_argument("--seconds", type=float, default=480)
    parser.add_argument("--dry-run", action="store_true")
    return parser.parse_args()


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
