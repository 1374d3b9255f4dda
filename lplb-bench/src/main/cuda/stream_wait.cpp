// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
// What it costs to launch a kernel that waits on its stream for a word of the host's memory, against launching it when the word
// is ready: by a batch of memory operations captured with the kernel, as a node of the graph, and on the stream before a graph or
// a launch. The kernel's first thread answers with the number that it finds; medians in us.
// g++ -O2 -std=c++17 -I/usr/local/cuda/include stream_wait.cpp -lcuda; ./a.out
#include <cuda.h>
#include <immintrin.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <vector>

#define CHECK(call)                                                   \
    do {                                                              \
        CUresult result = (call);                                     \
        if (result != CUDA_SUCCESS) {                                 \
            const char *name;                                         \
            cuGetErrorName(result, &name);                            \
            std::printf("%d: %s -> %s\n", __LINE__, #call, name);     \
            std::exit(1);                                             \
        }                                                             \
    } while (0)

static const char *PTX = R"(
.version 7.0
.target sm_80
.address_size 64
.visible .entry answer(.param .u64 in, .param .u64 out) {
    .reg .u64 a, b;
    .reg .u32 v, t;
    .reg .pred p;
    ld.param.u64 a, [in];
    ld.param.u64 b, [out];
    mov.u32 v, %ctaid.x;
    mov.u32 t, %tid.x;
    or.b32 v, v, t;
    setp.ne.u32 p, v, 0;
    @p bra END;
    ld.volatile.global.u32 v, [a];
    st.release.sys.global.u32 [b], v;
END:
    ret;
}
)";

static const int CALLS = 3000;
static const int WORK_GROUPS = 1024;

/* Words of the host's memory, each in a line of its own. */
enum { IN = 0, OUT = 64, WORD = 128 };

static CUstream stream;
static CUfunction kernel;
static CUdeviceptr in, out, word;
static void *parameters[] = {&in, &out};
static volatile unsigned *host;
static unsigned number;

static double now() {
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e6 + t.tv_nsec * 1e-3;
}

static double median(std::vector<double> v) {
    std::sort(v.begin(), v.end());
    return v[v.size() / 2];
}

static void launch() { CHECK(cuLaunchKernel(kernel, WORK_GROUPS, 1, 1, 32, 1, 1, 0, stream, parameters, nullptr)); }

/* Waits for a 1 in the word, and makes it a 0. */
static void waitAndReset(CUstreamBatchMemOpParams (&p)[2]) {
    std::memset(p, 0, sizeof p);
    p[0].waitValue.operation = CU_STREAM_MEM_OP_WAIT_VALUE_32;
    p[0].waitValue.address = word;
    p[0].waitValue.value = 1;
    p[0].waitValue.flags = CU_STREAM_WAIT_VALUE_EQ;
    p[1].writeValue.operation = CU_STREAM_MEM_OP_WRITE_VALUE_32;
    p[1].writeValue.address = word;
    p[1].writeValue.value = 0;
}

static CUgraphExec captured(bool waits) {
    CUgraph graph;
    CUgraphExec executable;
    CHECK(cuStreamBeginCapture(stream, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
    if (waits) {
        CUstreamBatchMemOpParams p[2];
        waitAndReset(p);
        CHECK(cuStreamBatchMemOp(stream, 2, p, 0));
    }
    launch();
    CHECK(cuStreamEndCapture(stream, &graph));
    CHECK(cuGraphInstantiate(&executable, graph, 0));
    return executable;
}

static CUgraphExec ofNodes(CUcontext context) {
    CUgraph graph;
    CUgraphExec executable;
    CUgraphNode waiting, computing;
    CUstreamBatchMemOpParams p[2];
    waitAndReset(p);
    CUDA_BATCH_MEM_OP_NODE_PARAMS wait = {};
    wait.ctx = context;
    wait.count = 2;
    wait.paramArray = p;
    CUDA_KERNEL_NODE_PARAMS node = {};
    node.func = kernel;
    node.gridDimX = WORK_GROUPS;
    node.gridDimY = node.gridDimZ = 1;
    node.blockDimX = 32;
    node.blockDimY = node.blockDimZ = 1;
    node.kernelParams = parameters;
    CHECK(cuGraphCreate(&graph, 0));
    CHECK(cuGraphAddBatchMemOpNode(&waiting, graph, nullptr, 0, &wait));
    CHECK(cuGraphAddKernelNode(&computing, graph, &waiting, 1, &node));
    CHECK(cuGraphInstantiate(&executable, graph, 0));
    return executable;
}

static void awaitAnswer() {
    while (host[OUT] != number) _mm_pause();
}

static void ready(const char *name, const std::function<void()> &launching) {
    std::vector<double> call, answer;
    for (int i = 0; i < CALLS; i++) {
        host[IN] = ++number;
        double start = now();
        launching();
        double called = now();
        awaitAnswer();
        call.push_back(called - start);
        answer.push_back(now() - start);
    }
    CHECK(cuStreamSynchronize(stream));
    std::printf("%s: call %.2f, to the stamp %.2f us\n", name, median(call), median(answer));
}

/* The word is written so many us after the launch: the number of the call, or a 1 that the device takes back. */
static void waiting(const char *name, double idle, bool resets, const std::function<void()> &launching) {
    std::vector<double> call, answer;
    for (int i = 0; i < CALLS; i++) {
        ++number;
        double start = now();
        launching();
        double called = now();
        while (now() - called < idle) _mm_pause();
        host[IN] = number;
        __sync_synchronize();
        double written = now();
        host[WORD] = resets ? 1 : number;
        awaitAnswer();
        call.push_back(called - start);
        answer.push_back(now() - written);
        while (resets && host[WORD] != 0) _mm_pause();
    }
    CHECK(cuStreamSynchronize(stream));
    std::printf("%s: call %.2f, idle %.0f, from the word to the stamp %.2f us\n", name, median(call), idle,
                median(answer));
}

static void waitForNumber() { CHECK(cuStreamWaitValue32(stream, word, number, CU_STREAM_WAIT_VALUE_EQ)); }

int main() {
    CUdevice device;
    CUcontext context;
    CUmodule module;
    CHECK(cuInit(0));
    CHECK(cuDeviceGet(&device, 0));
    CHECK(cuDevicePrimaryCtxRetain(&context, device));
    CHECK(cuCtxSetCurrent(context));
    CHECK(cuModuleLoadData(&module, PTX));
    CHECK(cuModuleGetFunction(&kernel, module, "answer"));
    void *memory;
    CHECK(cuMemHostAlloc(&memory, 4096, CU_MEMHOSTALLOC_DEVICEMAP));
    std::memset(memory, 0, 4096);
    host = static_cast<volatile unsigned *>(memory);
    CHECK(cuMemHostGetDevicePointer(&in, memory, 0));
    out = in + OUT * sizeof *host;
    word = in + WORD * sizeof *host;
    CHECK(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING));
    CUgraphExec plain = captured(false);
    CUgraphExec wait = captured(true);
    CUgraphExec nodes = ofNodes(context);
    auto graph = [](CUgraphExec executable) { return [executable] { CHECK(cuGraphLaunch(executable, stream)); }; };
    for (int round = 0; round < 2; round++) {
        ready("graph", graph(plain));
        ready("plain", launch);
        for (double idle : {0.0, 3.0, 8.0}) {
            waiting("wait captured + graph", idle, true, graph(wait));
            waiting("wait node + graph", idle, true, graph(nodes));
            waiting("wait value, graph", idle, false, [&] { waitForNumber(); graph(plain)(); });
            waiting("wait value, plain", idle, false, [] { waitForNumber(); launch(); });
        }
    }
}
