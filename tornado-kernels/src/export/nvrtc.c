// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
// Stand-in for NVIDIA's run-time compiler that compiles nothing: TornadoVM's CUDA backend prints what it would have compiled.
#include "nvrtc.h"
#include <string.h>
static char image[] = "// stand-in";
const char *nvrtcGetErrorString(nvrtcResult r) { return "stand-in"; }
nvrtcResult nvrtcVersion(int *a, int *b) { *a = 13; *b = 0; return 0; }
nvrtcResult nvrtcGetNumSupportedArchs(int *n) { *n = 2; return 0; }
nvrtcResult nvrtcGetSupportedArchs(int *a) { a[0] = 80; a[1] = 90; return 0; }
nvrtcResult nvrtcCreateProgram(nvrtcProgram *p, const char *src, const char *name, int n, const char *const *h, const char *const *m) { *p = (nvrtcProgram) image; return 0; }
nvrtcResult nvrtcDestroyProgram(nvrtcProgram *p) { return 0; }
nvrtcResult nvrtcCompileProgram(nvrtcProgram p, int n, const char *const *o) { return 0; }
nvrtcResult nvrtcGetPTXSize(nvrtcProgram p, size_t *s) { *s = sizeof image; return 0; }
nvrtcResult nvrtcGetPTX(nvrtcProgram p, char *t) { memcpy(t, image, sizeof image); return 0; }
nvrtcResult nvrtcGetCUBINSize(nvrtcProgram p, size_t *s) { *s = sizeof image; return 0; }
nvrtcResult nvrtcGetCUBIN(nvrtcProgram p, char *t) { memcpy(t, image, sizeof image); return 0; }
nvrtcResult nvrtcGetProgramLogSize(nvrtcProgram p, size_t *s) { *s = 1; return 0; }
nvrtcResult nvrtcGetProgramLog(nvrtcProgram p, char *t) { *t = 0; return 0; }
