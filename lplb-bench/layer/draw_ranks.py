#!/usr/bin/env python3
# Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
"""Draws the measured time of every rank before and after balancing, from a file that measure_layer.py wrote.

    python3 draw_ranks.py lplb-bench/results/layer/deepseek-v3-8.json docs/ranks.svg

It takes the first case of 16,384 tokens whose history is of another task: "as placed" beside "replicas".
"""
import json
import sys

TOKENS = 16384
BAR, GAP, HEIGHT, TOP, WIDTH = 30, 6, 170, 62, 760
STYLE = """
text { font: 14px sans-serif; fill: #24292f } .small { font-size: 12px; fill: #57606a }
.before { fill: #b35900 } .after { fill: #0969da } .line { stroke: #57606a; stroke-dasharray: 4 3 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .small { fill: #9da7b1 } .before { fill: #e09b4a } .after { fill: #58a6ff } .line { stroke: #9da7b1 }
}"""


def bars(times, left, css, title, scale):
    parts = [f'<text x="{left}" y="40">{title}</text>']
    slowest = max(times)
    for r, micros in enumerate(times):
        h = micros * scale
        x = left + r * (BAR + GAP)
        parts.append(f'<rect class="{css}" x="{x}" y="{TOP + HEIGHT - h:.1f}" width="{BAR}" height="{h:.1f}"/>')
        parts.append(f'<text class="small" x="{x + BAR / 2}" y="{TOP + HEIGHT + 16}" text-anchor="middle">{r}</text>')
    y = TOP + HEIGHT - slowest * scale
    end = left + len(times) * (BAR + GAP)
    parts.append(f'<line class="line" x1="{left}" y1="{y:.1f}" x2="{end}" y2="{y:.1f}"/>')
    parts.append(f'<text class="small" x="{end}" y="{y - 5:.1f}" text-anchor="end">{slowest:,.0f} us</text>')
    return parts


def main():
    with open(sys.argv[1]) as file:
        data = json.load(file)
    case = next(c for c in data["cases"] if c["tokens"] == TOKENS and not c["same_task"])
    before, after = (case["plans"][name]["ranks_us"] for name in ("as placed", "replicas"))
    scale = HEIGHT / max(before)
    gain = 100 * (1 - max(after) / max(before))
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {TOP + HEIGHT + 30}" role="img" '
             f'aria-label="Time of each rank before and after balancing">', f"<style>{STYLE}</style>"]
    parts += bars(before, 40, "before", "as placed", scale)
    parts += bars(after, 410, "after", f"balanced: {gain:.0f} % less time", scale)
    parts.append(f'<text class="small" x="40" y="16">Time of each rank, {TOKENS:,} tokens of real routing, DeepSeek-V3 shapes, '
                 f'{len(before)} ranks, measured on one {data["device"]}</text>')
    with open(sys.argv[2], "w") as file:
        file.write("\n".join(parts) + "\n</svg>\n")


if __name__ == "__main__":
    main()
