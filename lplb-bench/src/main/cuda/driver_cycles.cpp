// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
// Which calls of the CUDA driver keep device memory: makes and unmakes things of each kind 10,000 times and says by how much
// the free memory has fallen. With a solver's PTX (a file of the library's, and its entry) also what a solver's opening, first
// solve and closing do, in parts. g++ -I/usr/local/cuda/include driver_cycles.cpp -lcuda; ./a.out [FILE.ptx ENTRY]
#include <cuda.h>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#define CU(x) do { CUresult r = (x); if (r) { const char *s; cuGetErrorName(r, &s); printf("%s: %s\n", #x, s); exit(1); } } while (0)
static size_t freeNow() { size_t f, t; CU(cuCtxSynchronize()); CU(cuMemGetInfo(&f, &t)); return f; }
static const char *ptx = ".version 7.0\n.target sm_80\n.address_size 64\n.visible .entry tick() { ret; }\n";

// A solver's launch on no groups, with all that a solver takes, or with a part of it.
static void solver(CUmodule kept, CUstream stream, const std::string &text, const char *entry, bool module, bool own, bool memory,
        bool log, bool context, bool copy) {
    static CUdeviceptr zeros = 0;
    if (!zeros) { CU(cuMemAlloc(&zeros, 1 << 20)); CU(cuMemsetD8(zeros, 0, 1 << 20)); }
    CUmodule m = kept; CUstream s = stream; CUfunction f; void *h[2]; CUdeviceptr p[2];
    CUcontext c; CUdevice d; static char said[8192];
    if (context) { CU(cuDeviceGet(&d, 0)); CU(cuDevicePrimaryCtxRetain(&c, d)); CU(cuCtxPushCurrent(c)); }
    CUjit_option options[] = {CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES};
    void *logged[] = {said, (void *) sizeof said};
    if (module) CU(cuModuleLoadDataEx(&m, text.c_str(), log ? 2 : 0, options, logged));
    CU(cuModuleGetFunction(&f, m, entry));
    if (own) CU(cuStreamCreate(&s, CU_STREAM_NON_BLOCKING));
    for (int k = 0; memory && k < 2; k++) { CU(cuMemHostAlloc(&h[k], k ? 176 : 400, CU_MEMHOSTALLOC_DEVICEMAP)); CU(cuMemAlloc(&p[k], k ? 48 : 400)); }
    if (copy) { CU(cuMemcpyHtoDAsync(zeros + 4096, said, 512, s)); CU(cuStreamSynchronize(s)); CU(cuStreamQuery(s)); }
    CUdeviceptr values[16]; void *parameters[16];
    for (int k = 0; k < 16; k++) { values[k] = zeros; parameters[k] = &values[k]; }
    CU(cuLaunchKernel(f, 1, 1, 1, 32, 1, 1, 0, s, parameters, 0)); CU(cuStreamSynchronize(s));
    for (int k = 0; memory && k < 2; k++) { CU(cuMemFreeHost(h[k])); CU(cuMemFree(p[k])); }
    if (own) CU(cuStreamDestroy(s));
    if (module) CU(cuModuleUnload(m));
    if (context) { CU(cuCtxPopCurrent(&c)); CU(cuDevicePrimaryCtxRelease(d)); }
}

int main(int argc, char **argv) {
    CU(cuInit(0)); CUdevice d; CU(cuDeviceGet(&d, 0)); CUcontext c; CU(cuDevicePrimaryCtxRetain(&c, d)); CU(cuCtxSetCurrent(c));
    CUmodule m; CU(cuModuleLoadData(&m, ptx)); CUfunction f; CU(cuModuleGetFunction(&f, m, "tick"));
    CUstream s0; CU(cuStreamCreate(&s0, CU_STREAM_NON_BLOCKING));
    const char *names[] = {"stream", "module", "module launched", "pinned", "device", "graph", "graph launched", "event"};
    for (int what = 0; what < 8; what++) {
        size_t first = freeNow();
        for (int part = 0; part < 4; part++) {
            for (int k = 0; k < 2500; k++) {
                CUstream s; CUmodule n; CUfunction g; void *h; CUdeviceptr p; CUgraph gr; CUgraphExec ex; CUevent e;
                switch (what) {
                case 0: CU(cuStreamCreate(&s, CU_STREAM_NON_BLOCKING)); CU(cuStreamDestroy(s)); break;
                case 1: CU(cuModuleLoadData(&n, ptx)); CU(cuModuleUnload(n)); break;
                case 2: CU(cuModuleLoadData(&n, ptx)); CU(cuModuleGetFunction(&g, n, "tick")); CU(cuLaunchKernel(g, 1, 1, 1, 32, 1, 1, 0, s0, 0, 0)); CU(cuStreamSynchronize(s0)); CU(cuModuleUnload(n)); break;
                case 3: CU(cuMemHostAlloc(&h, 65536, CU_MEMHOSTALLOC_DEVICEMAP)); CU(cuMemFreeHost(h)); break;
                case 4: CU(cuMemAlloc(&p, 4096)); CU(cuMemFree(p)); break;
                case 5: case 6:
                    CU(cuStreamCreate(&s, CU_STREAM_NON_BLOCKING));
                    CU(cuStreamBeginCapture(s, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL)); CU(cuLaunchKernel(f, 1, 1, 1, 32, 1, 1, 0, s, 0, 0));
                    CU(cuStreamEndCapture(s, &gr)); CU(cuGraphInstantiate(&ex, gr, 0)); CU(cuGraphDestroy(gr));
                    if (what == 6) { CU(cuGraphLaunch(ex, s)); CU(cuStreamSynchronize(s)); }
                    CU(cuGraphExecDestroy(ex)); CU(cuStreamDestroy(s)); break;
                case 7: CU(cuEventCreate(&e, 0)); CU(cuEventDestroy(e)); break;
                }
            }
            printf("%s: %ld bytes less after %d\n", names[what], (long)(first - freeNow()), 2500 * (part + 1)); fflush(stdout);
        }
    }
    if (argc < 3) return 0;
    std::stringstream text; text << std::ifstream(argv[1]).rdbuf();
    CUmodule kept; CU(cuModuleLoadData(&kept, text.str().c_str()));
    const char *parts[] = {"launch", "stream", "module", "module, stream", "module, memory", "module, stream, memory", "module, log", "module, context",
                           "stream, copy", "all"};
    bool with[][6] = {{0, 0, 0, 0, 0, 0}, {0, 1, 0, 0, 0, 0}, {1, 0, 0, 0, 0, 0}, {1, 1, 0, 0, 0, 0}, {1, 0, 1, 0, 0, 0},
                      {1, 1, 1, 0, 0, 0}, {1, 0, 0, 1, 0, 0}, {1, 0, 0, 0, 1, 0}, {0, 1, 0, 0, 0, 1}, {1, 1, 1, 1, 1, 1}};
    for (int what = 0; what < 10; what++) {
        size_t first = freeNow();
        const bool *w = with[what];
        for (int part = 0; part < 4; part++) {
            for (int k = 0; k < 1500; k++) solver(kept, s0, text.str(), argv[2], w[0], w[1], w[2], w[3], w[4], w[5]);
            printf("solver's %s: %ld bytes less after %d\n", parts[what], (long)(first - freeNow()), 1500 * (part + 1)); fflush(stdout);
        }
    }
}
