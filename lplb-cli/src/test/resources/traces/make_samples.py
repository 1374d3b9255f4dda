"""Makes the samples beside this file, in the formats that the engines' own code and documents describe.

python make_samples.py    (needs numpy, torch and safetensors; the same files each time)
"""
import json
import pathlib

import numpy as np
import safetensors.numpy
import torch

HERE = pathlib.Path(__file__).parent
STEPS, LAYERS, EXPERTS, TOPK = 3, 2, 8, 2
random = np.random.default_rng(7)
COUNTS = random.poisson(9, (STEPS, LAYERS, EXPERTS)).astype(np.int64)
COUNTS[2, 1, 7] = 2**63 - 1 - 2**20
SLOTS = np.array([[0, 1, 2, 3, 4, 5, 6, 7, 0, 3], [7, 6, 5, 4, 3, 2, 1, 0, 7, 7]])

# SGLang's recorder: what stands in the files beside the counts is not read.
torch.save(
    {
        "rank": 0,
        "logical_count": torch.from_numpy(COUNTS),
        "average_utilization_rate_over_window": 0.75,
        "metrics": {"gini": torch.rand(LAYERS)},
    },
    HERE / "sglang_stat.pt",
)
torch.save({"rank": 0, "logical_count": torch.from_numpy(COUNTS[0]).to(torch.int32)}, HERE / "sglang_stat_sum.pt")


def record(step, **fields):
    return {
        "forward_pass_id": step,
        "rank": 0,
        "gatherer_key": "primary",
        "input_ids": list(range(40)),
        "positions": list(range(40)),
        "extend_seq_lens": None,
        "forward_mode": 2,
        "misc_objects": [{"layer_id": layer, "num_tokens_per_rank": [1, 2, 3]} for layer in range(LAYERS)],
        **fields,
    }


def ids(tokens, most):
    made = random.permuted(np.tile(np.arange(most), (LAYERS, tokens, 1)), axis=2)[:, :, :TOPK]
    made[:, -1, 1] = -1
    return made


map_ = torch.from_numpy(SLOTS)
records = [record(s, topk_ids_of_layer=torch.from_numpy(ids(5 + s, 10)).to(torch.int32)) for s in range(STEPS)]
torch.save({"records": records, "last_physical_to_logical_map": map_}, HERE / "sglang_per_token.pt")
records = [record(s, global_physical_count=torch.full((LAYERS, 10), s + 1, dtype=torch.int32)) for s in range(STEPS)]
torch.save({"records": records, "last_physical_to_logical_map": map_}, HERE / "sglang_per_pass.pt")

(HERE / "steps.json").write_text(json.dumps({"rank": 0, "logical_count": COUNTS.tolist()}))
(HERE / "layers.json").write_text(json.dumps({"logical_count": COUNTS[0].astype(float).tolist()}))

# TensorRT-LLM's expert statistics of two ranks; layers 3 and 4 are the MoE layers.
trt = HERE / "tensorrt_llm"
trt.mkdir(exist_ok=True)
(trt / "meta_info.json").write_text(json.dumps({"num_experts": EXPERTS, "num_experts_per_token": TOPK}))
for rank in range(2):
    arrays = {
        f"{100 + step}_{3 + layer}": np.arange(EXPERTS, dtype=np.int64) * (rank + 1) + 10 * step + layer
        for step in range(STEPS)
        for layer in range(LAYERS)
    }
    safetensors.numpy.save_file(arrays, trt / f"rank{rank}.safetensors")

# UltraEP's load profile: two chunks, the layers of a micro-batch apart, and a micro-batch 3 that lacks a layer.
ultra = HERE / "ultraep"
ultra.mkdir(exist_ok=True)
rows = [(0, 0), (0, 1), (1, 0), (0, 2), (1, 1), (0, 3), (1, 2), (0, 4), (1, 4)]
for chunk, part in enumerate((rows[:4], rows[4:])):
    loads = [[100 * batch + 10 * layer + e for e in range(EXPERTS)] for layer, batch in part]
    metadata = {
        "schema": "ultra_ep_trace_v1",
        "trace_id": "epg0_gr0_r0_1",
        "ep_size": 4,
        "num_local_master_experts": 2,
        "num_local_physical_experts": 3,
        "num_global_logical_experts": EXPERTS,
        "chunk_id": chunk,
        "records": len(part),
    }
    np.savez(
        ultra / f"epg0_gr0_r0_1.chunk{chunk:06d}.npz",
        metadata=np.asarray(json.dumps(metadata, separators=(",", ":"))),
        layers=np.asarray([layer for layer, _ in part], dtype=np.int32),
        virtual_layers=np.asarray([layer for layer, _ in part], dtype=np.int32),
        microbatches=np.asarray([batch for _, batch in part], dtype=np.int64),
        pre_logical_loads=np.asarray(loads, dtype=np.int32),
        post_physical_loads=np.zeros((len(part), 12), dtype=np.int32),
    )

routed = ids(6, EXPERTS)
routed[routed < 0] = 255
np.save(HERE / "ids_255.npy", routed.astype(np.uint8))
np.save(HERE / "counts.npy", COUNTS)
np.save(HERE / "sources.npy", np.arange(STEPS * 2 * EXPERTS, dtype=np.int32).reshape(STEPS, 2, EXPERTS))

(HERE / "layers.csv").write_text("\n\n".join("\n".join(",".join(map(str, row)) for row in step) for step in COUNTS) + "\n")
lines = ["step,layer,expert,tokens"]
for (s, l, e), count in np.ndenumerate(COUNTS):
    if count:
        lines.append(f"{s},{l},{e},{count}")
(HERE / "rows.csv").write_text("\n".join(lines) + "\n")

(HERE / "vllm.log").write_text(
    "(EngineCore_DP0 pid=31) INFO 11-30 12:00:00 [core.py:96] Waiting for init message from front-end.\n"
    + "".join(
        f"(EngineCore_DP0 pid=31) INFO 11-30 12:00:0{step} [eplb_state.py:561] EPLB step: {step} for model m/Moe-8x: "
        f"avg_tokens={800 + step:.2f}, max_tokens={1000 + 8 * step}, balancedness={(800 + step) / (1000 + 8 * step):.4f}, "
        f"steps until the next rearrangement: {3000 - step}\n"
        for step in range(1, 4)
    )
)
