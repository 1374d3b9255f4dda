// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
// Which calls of the CUDA driver keep device memory: makes and unmakes things of each kind 10,000 times and says by how much
// the free memory has fallen. g++ -I/usr/local/cuda/include driver_cycles.cpp -lcuda
#include <cuda.h>
#include <cstdio>
#include <cstdlib>
#define CU(x) do { CUresult r = (x); if (r) { const char *s; cuGetErrorName(r, &s); printf("%s: %s\n", #x, s); exit(1); } } while (0)
static size_t freeNow() { size_t f, t; CU(cuCtxSynchronize()); CU(cuMemGetInfo(&f, &t)); return f; }
static const char *ptx = ".version 7.0\n.target sm_80\n.address_size 64\n.visible .entry tick() { ret; }\n";

int main() {
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
}
