// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
// Stand-in for NVIDIA's driver that has one device and runs nothing, so that TornadoVM compiles kernels on a machine without a GPU.
#define __CUDA_API_VERSION_INTERNAL
#include <cuda.h>
#include <stdlib.h>
#include <string.h>
#include <stdint.h>
#define OK return CUDA_SUCCESS
static uintptr_t next = 0x1000;
#define H(p) (*(void **)(p) = (void *)(next += 16))
CUresult cuInit(unsigned f) { OK; }
CUresult cuDriverGetVersion(int *v) { *v = 13000; OK; }
CUresult cuGetErrorString(CUresult e, const char **s) { *s = "stand-in"; OK; }
CUresult cuGetErrorName(CUresult e, const char **s) { *s = "stand-in"; OK; }
CUresult cuGetExportTable(const void **t, const CUuuid *id) { *t = 0; return CUDA_ERROR_NOT_FOUND; }
CUresult cuDeviceGetCount(int *n) { *n = 1; OK; }
CUresult cuDeviceGet(CUdevice *d, int i) { *d = i; OK; }
CUresult cuDeviceGetName(char *s, int n, CUdevice d) { strncpy(s, "NVIDIA stand-in", n); OK; }
CUresult cuDeviceTotalMem_v2(size_t *b, CUdevice d) { *b = 1ull << 36; OK; }
CUresult cuDeviceGetAttribute(int *v, CUdevice_attribute a, CUdevice d) {
  switch (a) {
    case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR: *v = 9; break;
    case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR: *v = 0; break;
    case CU_DEVICE_ATTRIBUTE_WARP_SIZE: *v = 32; break;
    case CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK: *v = 1024; break;
    case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X: case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Y: *v = 1024; break;
    case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Z: *v = 64; break;
    case CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X: *v = 2147483647; break;
    case CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Y: case CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Z: *v = 65535; break;
    case CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT: *v = 132; break;
    case CU_DEVICE_ATTRIBUTE_CLOCK_RATE: *v = 1980000; break;
    case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK: *v = 49152; break;
    default: *v = 65536; }
  OK; }
CUresult cuDeviceGetPCIBusId(char *s, int n, CUdevice d) { strncpy(s, "0000:00:00.0", n); OK; }
CUresult cuCtxCreate_v2(CUcontext *c, unsigned f, CUdevice d) { H(c); OK; }
CUresult cuCtxCreate_v4(CUcontext *c, CUctxCreateParams *p, unsigned f, CUdevice d) { H(c); OK; }
CUresult cuCtxDestroy_v2(CUcontext c) { OK; }
CUresult cuCtxSetCurrent(CUcontext c) { OK; }
CUresult cuCtxGetCurrent(CUcontext *c) { *c = (CUcontext) 0x10; OK; }
CUresult cuCtxSynchronize(void) { OK; }
CUresult cuCtxSynchronize_v2(CUcontext c) { OK; }
CUresult cuCtxGetStreamPriorityRange(int *a, int *b) { *a = 0; *b = 0; OK; }
CUresult cuMemAlloc_v2(CUdeviceptr *p, size_t n) { *p = (CUdeviceptr) calloc(n + 256, 1); OK; }
CUresult cuMemFree_v2(CUdeviceptr p) { free((void *) p); OK; }
CUresult cuMemAllocHost_v2(void **p, size_t n) { *p = calloc(n, 1); OK; }
CUresult cuMemFreeHost(void *p) { free(p); OK; }
CUresult cuMemGetInfo_v2(size_t *f, size_t *t) { *f = *t = 1ull << 36; OK; }
CUresult cuMemHostRegister_v2(void *p, size_t n, unsigned f) { OK; }
CUresult cuMemHostUnregister(void *p) { OK; }
CUresult cuMemsetD8_v2(CUdeviceptr p, unsigned char v, size_t n) { memset((void *) p, v, n); OK; }
CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr d, const void *s, size_t n, CUstream q) { memcpy((void *) d, s, n); OK; }
CUresult cuMemcpyDtoHAsync_v2(void *d, CUdeviceptr s, size_t n, CUstream q) { memcpy(d, (void *) s, n); OK; }
CUresult cuMemcpyDtoD_v2(CUdeviceptr d, CUdeviceptr s, size_t n) { memcpy((void *) d, (void *) s, n); OK; }
CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr d, CUdeviceptr s, size_t n, CUstream q) { memcpy((void *) d, (void *) s, n); OK; }
CUresult cuStreamCreate(CUstream *s, unsigned f) { H(s); OK; }
CUresult cuStreamCreateWithPriority(CUstream *s, unsigned f, int p) { H(s); OK; }
CUresult cuStreamDestroy_v2(CUstream s) { OK; }
CUresult cuStreamSynchronize(CUstream s) { OK; }
CUresult cuStreamWaitEvent(CUstream s, CUevent e, unsigned f) { OK; }
CUresult cuStreamIsCapturing(CUstream s, CUstreamCaptureStatus *c) { *c = CU_STREAM_CAPTURE_STATUS_NONE; OK; }
CUresult cuStreamBeginCapture_v2(CUstream s, CUstreamCaptureMode m) { OK; }
CUresult cuStreamEndCapture(CUstream s, CUgraph *g) { H(g); OK; }
CUresult cuGraphInstantiate_v2(CUgraphExec *e, CUgraph g, CUgraphNode *n, char *l, size_t z) { H(e); OK; }
CUresult cuGraphInstantiateWithFlags(CUgraphExec *e, CUgraph g, unsigned long long f) { H(e); OK; }
CUresult cuGraphLaunch(CUgraphExec e, CUstream s) { OK; }
CUresult cuGraphExecUpdate_v2(CUgraphExec e, CUgraph g, CUgraphExecUpdateResultInfo *i) { OK; }
CUresult cuGraphExecDestroy(CUgraphExec e) { OK; }
CUresult cuGraphDestroy(CUgraph g) { OK; }
CUresult cuEventCreate(CUevent *e, unsigned f) { H(e); OK; }
CUresult cuEventDestroy_v2(CUevent e) { OK; }
CUresult cuEventRecord(CUevent e, CUstream s) { OK; }
CUresult cuEventSynchronize(CUevent e) { OK; }
CUresult cuEventQuery(CUevent e) { OK; }
CUresult cuEventElapsedTime(float *t, CUevent a, CUevent b) { *t = 0.001f; OK; }
CUresult cuEventElapsedTime_v2(float *t, CUevent a, CUevent b) { *t = 0.001f; OK; }
CUresult cuModuleLoadData(CUmodule *m, const void *i) { H(m); OK; }
CUresult cuModuleLoadDataEx(CUmodule *m, const void *i, unsigned n, CUjit_option *o, void **v) { H(m); OK; }
CUresult cuModuleUnload(CUmodule m) { OK; }
CUresult cuModuleGetFunction(CUfunction *f, CUmodule m, const char *n) { H(f); OK; }
CUresult cuFuncGetAttribute(int *v, CUfunction_attribute a, CUfunction f) { *v = 1024; OK; }
CUresult cuFuncSetAttribute(CUfunction f, CUfunction_attribute a, int v) { OK; }
CUresult cuOccupancyMaxPotentialBlockSize(int *g, int *b, CUfunction f, CUoccupancyB2DSize s, size_t d, int l) { *g = 132; *b = 1024; OK; }
CUresult cuLaunchKernel(CUfunction f, unsigned a, unsigned b, unsigned c, unsigned x, unsigned y, unsigned z, unsigned s, CUstream q, void **p, void **e) { OK; }
CUresult cuOccupancyMaxActiveBlocksPerMultiprocessor(int *n, CUfunction f, int b, size_t d) { *n = 1; OK; }
