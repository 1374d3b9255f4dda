// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
//
// Times kernels that TornadoVM emitted as PTX, through the CUDA driver API, and checks every answer in double. Beside
// them, on the same problems, LPLB's algorithm: cases whose PTX is what nvcc made of lplb_baseline.cu and whose KERNEL
// is lplb and the pivots to a barrier (lplb4), with an a behind for a step length that heeds all variables (lplb4a).
//
//   kernel_times DIRECTORY [REPEATS] < cases   REPEATS of each chain, default 20; 0 checks only
//   one case a line:  PTX SHAPE KERNEL GROUPS THREADS TEAMS WORD_MAJOR(0|1) TOLERANCE
//
// DIRECTORY holds, written by KernelCases (tests of tornado-kernels):
//   SHAPE.tables               int32 ranks, items, entries, words; int32 table[words]; float speed[ranks]; int32 offset, host
//   SHAPE-GROUPS-NUMBER.loads  int32 groups; float words[groups][ranks + items]; double optimum[groups]
//
// A launch gets two unused words, then the addresses of in, tables, speed and out, each an array behind a 16-byte header.
// Times are by events around a CUDA graph of CHAIN launches in a row, divided by CHAIN, over different inputs; the figure
// therefore holds the gap between two dependent launches too. Cases of one group chain launches of different problems.
#include <cuda.h>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>
#include "lplb_reference.hpp"

static void check(CUresult r, const char *what) {
    if (r != CUDA_SUCCESS) {
        const char *text = nullptr;
        cuGetErrorString(r, &text);
        std::fprintf(stderr, "%s: %s\n", what, text);
        std::exit(1);
    }
}
#define CU(call) check(call, #call)

static const int HEADER_BYTES = 16, HEADER_WORDS = 4, TAIL = 6, CHAIN = 16;
static const int REFERENCE_GROUPS = 64;  // of a file, compared with the reference in double
static const float STAMP = 12345.f;

struct Tables {
    int32_t ranks, items, entries;
    std::vector<int32_t> table, offset, host;
    std::vector<float> speed;
};

struct Loads {
    int groups = 0;
    std::vector<float> words;
    std::vector<double> optimum;
};

template <class T> static std::vector<T> take(std::ifstream &in, size_t n) {
    std::vector<T> v(n);
    in.read(reinterpret_cast<char *>(v.data()), static_cast<std::streamsize>(n * sizeof(T)));
    return v;
}

static Tables readTables(const std::string &name) {
    std::ifstream in(name, std::ios::binary);
    Tables t;
    auto head = take<int32_t>(in, 4);
    t.ranks = head[0], t.items = head[1], t.entries = head[2];
    t.table = take<int32_t>(in, head[3]);
    t.speed = take<float>(in, t.ranks);
    t.offset = take<int32_t>(in, t.items + 1);
    t.host = take<int32_t>(in, t.entries);
    return t;
}

static bool readLoads(const std::string &name, const Tables &t, Loads &loads) {
    std::ifstream in(name, std::ios::binary);
    if (!in) return false;
    loads.groups = take<int32_t>(in, 1)[0];
    loads.words = take<float>(in, size_t(loads.groups) * (t.ranks + t.items));
    loads.optimum = take<double>(in, loads.groups);
    return true;
}

static CUdeviceptr upload(const void *data, size_t bytes) {
    CUdeviceptr p;
    CU(cuMemAlloc(&p, HEADER_BYTES + bytes));
    CU(cuMemcpyHtoD(p + HEADER_BYTES, data, bytes));
    return p;
}

struct Quality {
    double worstGap = 0, worstSum = 0, iterations = 0, most = 0, gapSum = 0, loadSum = 0, worstLoad = 0;
    long over = 0, bad = 0, groups = 0;
};

// How LPLB's answers compare with the same arithmetic in double.
struct Baseline {
    bool lastWarpOnly = true;
    long rejected = 0, compared = 0, otherVerdicts = 0;
    std::vector<double> differences;
};

static void compareWithReference(const Tables &t, const float *in, const float *out, int group, Baseline &b) {
    bool accepted = out[t.entries + 3] == 1;
    b.rejected += !accepted;
    if (group >= REFERENCE_GROUPS) return;
    auto reference = lplbReference(t.ranks, t.items, t.host.data(), t.speed.data(), in, b.lastWarpOnly);
    b.compared++;
    b.otherVerdicts += accepted != reference.accepted;
    if (accepted != reference.accepted) return;
    std::vector<double> share(out, out + t.entries);
    auto most = [&](const std::vector<double> &s) {
        return lplbMaxLoad(t.ranks, t.items, t.host.data(), t.speed.data(), in, s.data());
    };
    b.differences.push_back(std::fabs(most(share) - most(reference.share)));
}

// The split after clipping and renormalising, in double, against the optimum that the CPU found in double.
static void judge(const Tables &t, const Loads &l, const std::vector<float> &out, bool wordMajor, int capacity,
                  int threads, double tolerance, Quality &q, Baseline *baseline) {
    std::vector<double> load(t.ranks);
    int words = t.entries + TAIL;
    for (int g = 0; g < l.groups; g++) {
        auto word = [&](int k) { return double(out[wordMajor ? size_t(k) * capacity + g : size_t(g) * words + k]); };
        const float *in = &l.words[size_t(g) * (t.ranks + t.items)];
        bool good = word(t.entries + 3) >= 1 && word(t.entries + 3) <= 3 && word(t.entries + 4) == threads &&
                    word(t.entries + 5) == STAMP;
        for (int r = 0; r < t.ranks; r++) load[r] = in[r];
        for (int i = 0; i < t.items; i++) {
            double sum = 0, w = in[t.ranks + i];
            for (int e = t.offset[i]; e < t.offset[i + 1]; e++) sum += std::max(word(e), 0.0);
            if (w > 0) q.worstSum = std::max(q.worstSum, std::fabs(sum - w));
            for (int e = t.offset[i]; e < t.offset[i + 1]; e++) {
                good = good && std::isfinite(word(e)) && word(e) >= -1e-6;
                if (w > 0) load[t.host[e]] += std::max(word(e), 0.0) * w / sum;
            }
        }
        double most = 0;
        for (int r = 0; r < t.ranks; r++) most = std::max(most, load[r] / t.speed[r]);
        double gap = most - l.optimum[g];
        good = good && std::isfinite(most) && gap > -1e-5;
        if (baseline == nullptr) {
            good = good && std::fabs(most - word(t.entries)) < 1e-5 * (1 + most) &&
                   word(t.entries + 1) <= l.optimum[g] * (1 + 1e-5) + 1e-6;
        } else {
            compareWithReference(t, in, &out[size_t(g) * words], g, *baseline);
        }
        q.bad += !good;
        q.over += !(gap <= tolerance);
        q.worstGap = std::max(q.worstGap, std::isfinite(gap) ? gap : INFINITY);
        q.gapSum += gap;
        q.loadSum += most;
        q.worstLoad = std::max(q.worstLoad, most);
        q.iterations += word(t.entries + 2);
        q.most = std::max(q.most, word(t.entries + 2));
        q.groups++;
    }
}

int main(int argc, char **argv) {
    if (argc < 2 || argc > 3) {
        std::fprintf(stderr, "usage: kernel_times DIRECTORY [REPEATS] < cases\n");
        return 2;
    }
    std::string directory = argv[1];
    int repeats = argc > 2 ? std::atoi(argv[2]) : 20;
    CU(cuInit(0));
    CUdevice device;
    CUcontext context;
    CUstream stream;
    CU(cuDeviceGet(&device, 0));
    CU(cuDevicePrimaryCtxRetain(&context, device));
    CU(cuCtxSetCurrent(context));
    CU(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING));
    char name[100];
    int driver;
    CU(cuDeviceGetName(name, sizeof name, device));
    CU(cuDriverGetVersion(&driver));
    std::printf("# %s, CUDA driver API %d.%d\n", name, driver / 1000, driver % 1000 / 10);
    std::printf("%-11s %-7s %6s | %8s %8s %8s %9s | %9s %9s %6s %5s | %6s %4s | %4s %6s\n", "shape", "kernel", "groups",
                "best us", "med us", "max us", "M LPs/s", "worst gap", "sum error", "over", "bad", "iter", "most",
                "regs", "local");
    std::string line;
    long failures = 0;
    while (std::getline(std::cin, line)) {
        std::istringstream fields(line);
        std::string ptx, shape, kernel;
        int groups, threads, teams, wordMajor;
        double tolerance;
        if (!(fields >> ptx >> shape >> kernel >> groups >> threads >> teams >> wordMajor >> tolerance)) continue;
        Tables t = readTables(directory + "/" + shape + ".tables");
        bool isBaseline = kernel.compare(0, 4, "lplb") == 0;
        Baseline baseline;
        if (isBaseline) {
            bool pairs = t.entries == 2 * t.items && teams == 1 && wordMajor == 0;
            for (int i = 0; i < t.items; i++) pairs = pairs && t.offset[i] == 2 * i;
            if (!pairs) {
                std::fprintf(stderr, "%s: LPLB's algorithm wants two hosts an item, one team, group after group\n",
                             line.c_str());
                return 2;
            }
            baseline.lastWarpOnly = kernel.back() != 'a';
            t.table = lplbTables(t.ranks, t.items, t.host.data());
        }
        std::ifstream file(ptx);
        std::stringstream text;
        text << file.rdbuf();
        std::string code = text.str();
        size_t at = code.find(".entry ") + 7;
        std::string entry = isBaseline ? kernel.substr(0, 5) + "_" + std::to_string(t.ranks) + "_" +
                                             std::to_string(t.items) + "_" + std::to_string(threads)
                                       : code.substr(at, code.find('(', at) - at);
        CUmodule module;
        CUfunction function;
        CU(cuModuleLoadData(&module, code.c_str()));
        CU(cuModuleGetFunction(&function, module, entry.c_str()));
        int registers, spilled;
        CU(cuFuncGetAttribute(&registers, CU_FUNC_ATTRIBUTE_NUM_REGS, function));
        CU(cuFuncGetAttribute(&spilled, CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES, function));
        int blocks = (groups + teams - 1) / teams, capacity = blocks * teams;
        CUdeviceptr table = upload(t.table.data(), t.table.size() * 4), speed = upload(t.speed.data(), t.speed.size() * 4);
        std::vector<Loads> loads;
        std::vector<CUdeviceptr> in, out;
        size_t outWords = size_t(capacity) * (t.entries + TAIL);
        std::vector<float> poison(outWords, NAN);
        Loads l;
        while (readLoads(directory + "/" + shape + "-" + std::to_string(groups) + "-" + std::to_string(loads.size()) +
                             ".loads", t, l)) {
            int words = t.ranks + t.items;
            std::vector<float> packed(HEADER_WORDS + size_t(capacity) * words, 0.f);
            packed[0] = float(l.groups);
            packed[1] = STAMP;
            for (int g = 0; g < l.groups; g++)
                for (int k = 0; k < words; k++)
                    packed[HEADER_WORDS + (wordMajor ? size_t(k) * capacity + g : size_t(g) * words + k)] =
                        l.words[size_t(g) * words + k];
            loads.push_back(l);
            in.push_back(upload(packed.data(), packed.size() * 4));
            out.push_back(upload(poison.data(), outWords * 4));
        }
        auto launch = [&](size_t k) {
            // Scalar arguments are constants in the code by now; the launch still wants values for them.
            uint64_t unused = 0, lastWarpOnly = baseline.lastWarpOnly;
            std::vector<void *> arguments(24, &unused);
            arguments[2] = &in[k], arguments[3] = &table, arguments[4] = &speed, arguments[5] = &out[k];
            arguments[6] = isBaseline ? &lastWarpOnly : &unused;
            CU(cuLaunchKernel(function, blocks, 1, 1, threads, 1, 1, 0, stream, arguments.data(), nullptr));
        };
        for (size_t k = 0; k < in.size(); k++) launch(k);
        CU(cuStreamSynchronize(stream));
        Quality q;
        std::vector<float> answer(outWords);
        for (size_t k = 0; k < in.size(); k++) {
            CU(cuMemcpyDtoH(answer.data(), out[k] + HEADER_BYTES, outWords * 4));
            judge(t, loads[k], answer, wordMajor, capacity, threads, tolerance, q,
                  isBaseline ? &baseline : nullptr);
        }
        CUevent begin, end;
        CU(cuEventCreate(&begin, CU_EVENT_DEFAULT));
        CU(cuEventCreate(&end, CU_EVENT_DEFAULT));
        std::vector<double> times;
        size_t chains = repeats == 0 ? 0 : groups == 1 ? in.size() / CHAIN : in.size();
        for (size_t c = 0; c < chains; c++) {
            CUgraph graph;
            CUgraphExec exec;
            CU(cuStreamBeginCapture(stream, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
            for (int k = 0; k < CHAIN; k++) launch(groups == 1 ? c * CHAIN + k : c);
            CU(cuStreamEndCapture(stream, &graph));
            CU(cuGraphInstantiate(&exec, graph, 0));
            for (int repeat = 0; repeat < repeats + 3; repeat++) {
                CU(cuEventRecord(begin, stream));
                CU(cuGraphLaunch(exec, stream));
                CU(cuEventRecord(end, stream));
                CU(cuEventSynchronize(end));
                float ms;
                CU(cuEventElapsedTime(&ms, begin, end));
                if (repeat >= 3) times.push_back(ms * 1e3 / CHAIN);
            }
            CU(cuGraphExecDestroy(exec));
            CU(cuGraphDestroy(graph));
        }
        std::sort(times.begin(), times.end());
        double median = times.empty() ? NAN : times[times.size() / 2];
        std::printf("%-11s %-7s %6d | %8.2f %8.2f %8.2f %9.1f | %9.2e %9.2e %6ld %5ld | %6.2f %4.0f | %4d %6d\n",
                    shape.c_str(), kernel.c_str(), groups, times.empty() ? NAN : times[0], median,
                    times.empty() ? NAN : times.back(), groups / median, q.worstGap, q.worstSum, q.over, q.bad,
                    q.iterations / double(q.groups), q.most, registers, spilled);
        if (isBaseline) {
            auto &d = baseline.differences;
            std::sort(d.begin(), d.end());
            std::printf("#   %d threads: %ld of %ld groups rejected; max/mean load %.4f on average, %.4f at most; gap "
                        "%.2e on average; beside double: %ld of %ld verdicts differ, else max load by %.1e (median), %.1e "
                        "at most\n",
                        threads, baseline.rejected, q.groups, q.loadSum / double(q.groups), q.worstLoad,
                        q.gapSum / double(q.groups), baseline.otherVerdicts, baseline.compared,
                        d.empty() ? NAN : d[d.size() / 2], d.empty() ? NAN : d.back());
        }
        std::fflush(stdout);
        failures += q.bad;
        for (auto p : in) CU(cuMemFree(p));
        for (auto p : out) CU(cuMemFree(p));
        CU(cuMemFree(table));
        CU(cuMemFree(speed));
        CU(cuModuleUnload(module));
    }
    return failures != 0;
}
