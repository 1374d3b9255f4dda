"""Writes random cases and what DeepSeek's eplb.py makes of them, one JSON object a line.

python cases.py EPLB_FOLDER CASES SEED > cases.jsonl
"""
import json
import sys

import numpy as np
import torch

sys.path.insert(0, sys.argv[1])
import eplb  # noqa: E402

torch.set_num_threads(1)
random = np.random.default_rng(int(sys.argv[3]))
KINDS = ("counts", "few", "zeros", "zipf", "normal", "large", "equal")


def weights(kind, layers, experts):
    shape = (layers, experts)
    if kind == "counts":
        return random.integers(0, 100_000, shape).astype(float)
    if kind == "few":  # many ties
        return random.integers(0, 4, shape).astype(float)
    if kind == "zeros":
        return random.integers(0, 1000, shape) * (random.random(shape) < 0.3).astype(float)
    if kind == "zipf":
        return np.stack([random.permutation(1e6 / np.arange(1, experts + 1) ** 1.1) for _ in range(layers)])
    if kind == "normal":
        return np.maximum(0, random.normal(1, 0.3, shape)) * 4096
    if kind == "large":  # not exact in float32
        return random.integers(2**24, 2**40, shape).astype(float)
    return np.full(shape, float(random.integers(0, 50)))


for case in range(int(sys.argv[2])):
    nodes = int(random.choice([1, 1, 2, 2, 3, 4, 8]))
    gpus = nodes * int(random.choice([1, 2, 4, 8]))
    groups = nodes * int(random.choice([1, 2, 4])) if random.random() < 0.75 else int(random.choice([1, 2, 3, 5]))
    base = int(np.lcm(np.lcm(groups, nodes), 1))
    experts = base * int(random.integers(1, max(2, 256 // base)))
    experts = min(experts, base * (256 // base)) if base <= 256 else base
    slots = -(-experts // gpus) + int(random.integers(0, 5))
    replicas = slots * gpus
    layers = int(random.integers(1, 4))
    kind = KINDS[case % len(KINDS)]
    weight = weights(kind, layers, experts)
    one = dict(kind=kind, weight=weight.tolist(), replicas=replicas, groups=groups, nodes=nodes, gpus=gpus)
    phy2log, log2phy, count = eplb.rebalance_experts(torch.from_numpy(weight), replicas, groups, nodes, gpus)
    one.update(phy2log=phy2log.tolist(), log2phy=log2phy.tolist(), count=count.tolist())
    print(json.dumps(one, separators=(",", ":")))
