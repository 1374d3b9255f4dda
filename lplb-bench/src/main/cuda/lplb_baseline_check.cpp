// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
//
// Runs lplb_baseline.cu on the CPU, a fiber to a thread, on the golden problems of LPLB's topologies, and compares with
// the reference in double and with the known optima. It also runs the fibers in falling order: an answer that depends
// on the order lacks a barrier.
//
//   g++ -std=c++17 -O2 -Wno-unknown-pragmas -o check lplb_baseline_check.cpp
//   ./check ../shared/golden/minmax.jsonl 100
//
// The number is that of problems of each topology, all if it is left out.
#include <ucontext.h>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <string>
#include <vector>
#include "lplb_reference.hpp"

// The emulation: what the kernel uses of CUDA.
struct Index {
    int x;
};
static Index threadIdx, blockIdx;
static std::vector<ucontext_t> fibers;
static ucontext_t scheduler;

static void yieldFiber() {
    swapcontext(&fibers[threadIdx.x], &scheduler);
}

struct Barrier {
    int waiting = 0, generation = 0;
    void wait(int count) {
        int mine = generation;
        if (++waiting == count) {
            waiting = 0;
            generation++;
        } else {
            while (generation == mine) yieldFiber();
        }
    }
};
static Barrier all;
static std::vector<Barrier> warps;
static std::vector<float> exchanged;

static void __syncthreads() { all.wait(int(fibers.size())); }
static void __syncwarp() { warps[threadIdx.x / 32].wait(32); }
static float __shfl_sync(unsigned, float v, int lane) {
    int base = threadIdx.x / 32 * 32;
    exchanged[threadIdx.x] = v;
    __syncwarp();
    float result = exchanged[base + lane];
    __syncwarp();
    return result;
}
static float __shfl_xor_sync(unsigned mask, float v, int k) { return __shfl_sync(mask, v, (threadIdx.x ^ k) % 32); }

#define EMULATED
#define LANES 0xffffffffu
#define RECIPROCAL(v) (1.f / (v))
#define __device__
#define __host__
#include "lplb_baseline.cu"

static std::function<void()> entry;
static std::vector<char> finished;

static void fiberMain() {
    entry();
    finished[threadIdx.x] = 1;
}

// Runs a block of threads, in rising or in falling order between barriers.
static void launch(int threads, bool falling, std::function<void()> body) {
    static std::vector<std::vector<char>> stacks;
    stacks.resize(threads, std::vector<char>(1 << 17));
    fibers.assign(threads, ucontext_t{});
    warps.assign(threads / 32, Barrier{});
    exchanged.assign(threads, 0.f);
    finished.assign(threads, 0);
    all = Barrier{};
    entry = std::move(body);
    for (int t = 0; t < threads; t++) {
        getcontext(&fibers[t]);
        fibers[t].uc_stack.ss_sp = stacks[t].data();
        fibers[t].uc_stack.ss_size = stacks[t].size();
        fibers[t].uc_link = &scheduler;
        makecontext(&fibers[t], fiberMain, 0);
    }
    for (int left = threads; left > 0;) {
        for (int k = 0; k < threads; k++) {
            int t = falling ? threads - 1 - k : k;
            if (finished[t]) continue;
            threadIdx.x = t;
            swapcontext(&scheduler, &fibers[t]);
            left -= finished[t];
        }
    }
}

struct Problem {
    int ranks, items;
    std::vector<int> host;
    std::vector<float> speed, load;  // load: fixed, then items; mean load 1
    double optimum;
};

// The numbers after a key, none without it, up to the end of its brackets or the next comma.
static std::vector<double> numbers(const std::string &line, const std::string &key) {
    std::vector<double> found;
    const char *at = std::strstr(line.c_str(), ("\"" + key + "\":").c_str());
    if (at == nullptr) return found;
    at += key.size() + 3;
    int depth = 0;
    while (true) {
        if (*at == '[') {
            depth++, at++;
        } else if (*at == ']' || *at == '}') {
            at++;
            if (--depth <= 0) return found;
        } else if (*at == ',') {
            if (depth == 0) return found;
            at++;
        } else if (*at == ' ') {
            at++;
        } else {
            char *end;
            found.push_back(std::strtod(at, &end));
            at = end;
        }
    }
}

static Problem parse(const std::string &line) {
    Problem p;
    auto fixed = numbers(line, "fixed"), items = numbers(line, "items"), speed = numbers(line, "speed");
    p.ranks = int(fixed.size());
    p.items = int(items.size()) / 3;
    if (speed.empty()) speed.assign(fixed.size(), 1);
    double load = 0, capacity = 0;
    for (double f : fixed) load += f;
    for (int i = 0; i < p.items; i++) load += items[3 * i];
    for (double s : speed) capacity += s, p.speed.push_back(float(s));
    double mean = load / capacity;
    for (double f : fixed) p.load.push_back(float(f / mean));
    for (int i = 0; i < p.items; i++) {
        p.load.push_back(float(items[3 * i] / mean));
        p.host.push_back(int(items[3 * i + 1]));
        p.host.push_back(int(items[3 * i + 2]));
    }
    p.optimum = numbers(line, "optimum")[0] / mean;
    return p;
}

struct Summary {
    int problems = 0, rejected = 0, verdicts = 0, wrong = 0, orders = 0;
    std::vector<double> gaps, differences;
};

template <int G, int I, int TX, int TY, int P> static void compare(const Problem &p, bool lastWarpOnly, Summary &s) {
    using Solver = lplb::Solver<G, I, TX, TY, P>;
    static typename Solver::Memory memory;
    std::vector<float> in(lplb::ARRAY_HEADER + lplb::HEADER_WORDS, 0.f), speed(lplb::ARRAY_HEADER, 0.f), out, other;
    in[lplb::ARRAY_HEADER + 1] = 12345.f;
    in.insert(in.end(), p.load.begin(), p.load.end());
    speed.insert(speed.end(), p.speed.begin(), p.speed.end());
    std::vector<int> tables = lplbTables(p.ranks, p.items, p.host.data());
    tables.insert(tables.begin(), lplb::ARRAY_HEADER, 0);
    for (bool falling : {false, true}) {
        std::memset(static_cast<void *>(&memory), 0xff, sizeof memory);  // NaN: nothing is read before it is set
        std::vector<float> &to = falling ? other : out;
        to.assign(lplb::ARRAY_HEADER + 2 * I + lplb::TAIL, NAN);
        launch(TX * TY, falling, [&] {
            Solver::solve(memory, in.data(), tables.data(), speed.data(), to.data(), lastWarpOnly);
        });
    }
    s.orders += std::memcmp(out.data() + lplb::ARRAY_HEADER, other.data() + lplb::ARRAY_HEADER,
                            (out.size() - lplb::ARRAY_HEADER) * 4) != 0;
    LplbAnswer reference =
        lplbReference(p.ranks, p.items, p.host.data(), p.speed.data(), p.load.data(), lastWarpOnly);
    std::vector<double> share(out.begin() + lplb::ARRAY_HEADER, out.begin() + lplb::ARRAY_HEADER + 2 * I);
    auto most = [&](const std::vector<double> &split) {
        return lplbMaxLoad(p.ranks, p.items, p.host.data(), p.speed.data(), p.load.data(), split.data());
    };
    const float *tail = &out[lplb::ARRAY_HEADER + 2 * I];
    bool accepted = tail[3] == lplb::ACCEPTED;
    double gap = most(share) - p.optimum;
    s.problems++;
    s.rejected += !accepted;
    s.verdicts += accepted != reference.accepted;
    s.wrong += !(gap > -1e-5 * p.optimum) || tail[4] != TX * TY || tail[5] != 12345.f;
    if (!accepted) return;
    s.gaps.push_back(gap / p.optimum);
    if (reference.accepted) s.differences.push_back(std::fabs(most(share) - most(reference.share)) / p.optimum);
}

static double quantile(std::vector<double> v, double q) {
    std::sort(v.begin(), v.end());
    return v.empty() ? NAN : v[size_t(q * double(v.size() - 1))];
}

template <int G, int I, int TX, int TY, int P>
static bool run(const std::vector<std::string> &lines, const char *name, size_t limit, bool lastWarpOnly) {
    Summary s;
    for (const std::string &line : lines) {
        if (line.find(std::string("-") + name) == std::string::npos || size_t(s.problems) >= limit) continue;
        Problem p = parse(line);
        if (p.ranks == G && p.items == I) compare<G, I, TX, TY, P>(p, lastWarpOnly, s);
    }
    std::printf("%-11s %dx%d threads, %d pivots, %-8s: %d problems, %d rejected, gap/optimum median %.1e max %.1e; "
                "beside double: %d other verdicts, max load differs median %.1e max %.1e; %d wrong, "
                "%d depend on the order\n",
                name, TX, TY, P, lastWarpOnly ? "last 32" : "all d", s.problems, s.rejected, quantile(s.gaps, 0.5),
                quantile(s.gaps, 1), s.verdicts, quantile(s.differences, 0.5), quantile(s.differences, 1), s.wrong,
                s.orders);
    return s.problems > 0 && s.wrong == 0 && s.orders == 0;
}

int main(int argc, char **argv) {
    if (argc < 2 || argc > 3) {
        std::fprintf(stderr, "usage: check minmax.jsonl [PROBLEMS]\n");
        return 2;
    }
    size_t limit = argc > 2 ? size_t(std::atol(argv[2])) : SIZE_MAX;
    std::ifstream file(argv[1]);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    bool good = true;
    good &= run<8, 16, 8, 8, 4>(lines, "cube8", limit, true);
    good &= run<8, 16, 8, 8, 4>(lines, "cube8", limit, false);
    good &= run<8, 16, 8, 8, 1>(lines, "cube8", limit, false);
    good &= run<8, 16, 8, 4, 4>(lines, "cube8", limit, true);
    good &= run<8, 16, 8, 16, 4>(lines, "cube8", limit, false);
    good &= run<8, 16, 16, 16, 8>(lines, "cube8", limit, false);
    good &= run<16, 32, 8, 16, 4>(lines, "hypercube16", limit, true);
    good &= run<16, 32, 16, 16, 4>(lines, "hypercube16", limit, false);
    good &= run<16, 32, 16, 8, 8>(lines, "hypercube16", limit, true);
    good &= run<32, 64, 16, 16, 4>(lines, "torus8x4", limit, true);
    good &= run<32, 64, 16, 16, 4>(lines, "torus8x4", limit, false);
    return good ? 0 : 1;
}
