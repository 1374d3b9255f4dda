// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
// What it costs to read and write the host's pinned memory from a kernel, by layout: a warp a group of 8 + 16 numbers, as
// packBatch reads a cube's and certifyBatch writes it, as doubles or floats, in two arrays or one row, one group a warp or eight;
// beside the copy engine, kernels that do nothing, and chains of kernels with and without programmatic launches.
// nvcc -O3 -std=c++17 -arch=sm_90 mapped_memory.cu; ./a.out
#include <cuda_runtime.h>
#include <cstdio>
#include <vector>
#include <algorithm>
#define C(x) do { cudaError_t e=(x); if(e){printf("%s %s\n",#x,cudaGetErrorString(e)); exit(1);} } while(0)
template<int V> __global__ void rd(const double* __restrict__ in, double* out, int G) {
  int g=blockIdx.x, t=threadIdx.x; const double* f=in; const double* l=in+8*G; double s=0; float* p=(float*)in;
  if (V==0) { if(t<8) s+=f[g*8+t]; if(t<16) s+=l[g*16+t]; }
  if (V==1) { float* pl=p+8*G; if(t<8) s+=p[g*8+t]; if(t<16) s+=pl[g*16+t]; }
  if (V==2) { if(t<24) s+=p[g*24+t]; }
  if (V==3) { if(t<24) s+=in[g*24+t]; }
  if (V==4) { if(t<12) { double2 d=((const double2*)in)[g*12+t]; s+=d.x+d.y; } }
  if (V==5) { if(t<6) { float4 d=((const float4*)in)[g*6+t]; s+=d.x+d.y+d.z+d.w; } }
  if (V==6) { for (int k=0;k<6;k++) { s+=in[g*192+k*32+t]; } } // 8 groups a warp, contiguous, doubles
  if (V==7) { for (int k=0;k<6;k++) { s+=p[g*192+k*32+t]; } } // 8 groups a warp, floats
  if (V==8) { for (int k=0;k<3;k++) { double2 d=((const double2*)in)[g*96+k*32+t]; s+=d.x+d.y; } } // 8 groups, 16 B
  for (int o=16;o;o/=2) s+=__shfl_xor_sync(~0u,s,o);
  if (t==0) out[g]=s;
}
__global__ void wr(float* o, double* r, int G) { int g=blockIdx.x,t=threadIdx.x; if(t<16) o[g*16+t]=t; if(t<4) r[g*4+t]=t; }
__global__ void nop(double* x) { if (x==0) printf("x"); }
__global__ void chainA(double* a) { a[blockIdx.x*32+threadIdx.x]+=1; 
#if __CUDA_ARCH__>=900
  asm volatile("griddepcontrol.launch_dependents;"); 
#endif
}
__global__ void chainB(double* a, int wait) { 
#if __CUDA_ARCH__>=900
  if (wait) asm volatile("griddepcontrol.wait;" ::: "memory");
  asm volatile("griddepcontrol.launch_dependents;"); 
#endif
  a[blockIdx.x*32+threadIdx.x]+=1; }
template<class F> float med(cudaStream_t s, F f) { cudaEvent_t a,b; C(cudaEventCreate(&a)); C(cudaEventCreate(&b)); std::vector<float> v; for (int r=0;r<15;r++) { for(int k=0;k<5;k++) f(); C(cudaEventRecord(a,s)); for (int k=0;k<20;k++) f(); C(cudaEventRecord(b,s)); C(cudaStreamSynchronize(s)); float ms; C(cudaEventElapsedTime(&ms,a,b)); v.push_back(ms*1000/20); } std::sort(v.begin(),v.end()); return v[7]; }
template<int V> void one(const char* n, int G, int per, double* in, double* out, cudaStream_t s) { printf("%s, %d groups: %.1f us\n", n, G, med(s,[&]{ rd<V><<<G/per,32,0,s>>>(in,out,G); })); }
int main() {
  double *h,*d,*dev,*out; C(cudaHostAlloc(&h,16<<20,cudaHostAllocMapped)); C(cudaHostGetDevicePointer(&d,h,0)); C(cudaMalloc(&dev,16<<20)); C(cudaMalloc(&out,1<<20)); for (int k=0;k<(16<<20)/8;k++) h[k]=k%7; cudaStream_t s; C(cudaStreamCreateWithFlags(&s,cudaStreamNonBlocking));
  printf("nop 1024 ctas %.1f us\n", med(s,[&]{ nop<<<1024,32,0,s>>>(out); }));
  for (int G : {1024,16384}) {
    one<0>("double, two arrays",G,1,d,out,s); one<0>("double, two arrays, device",G,1,dev,out,s); one<1>("float, two arrays",G,1,d,out,s); one<2>("float, one row",G,1,d,out,s); one<3>("double, one row",G,1,d,out,s); one<4>("double, one row, 16 B",G,1,d,out,s); one<5>("float, one row, 16 B",G,1,d,out,s); one<6>("double, 8 groups",G,8,d,out,s); one<7>("float, 8 groups",G,8,d,out,s); one<8>("double, 8 groups, 16 B",G,8,d,out,s);
    float* o=(float*)d; double* r=d+(8<<20)/8; printf("write %d groups: mapped %.1f, device %.1f\n",G, med(s,[&]{ wr<<<G,32,0,s>>>(o,r,G); }), med(s,[&]{ wr<<<G,32,0,s>>>((float*)dev,dev+(8<<20)/8,G); }));
    printf("copy engine in %.1f, out %.1f\n", med(s,[&]{ C(cudaMemcpyAsync(dev,h,G*192,cudaMemcpyHostToDevice,s)); }), med(s,[&]{ C(cudaMemcpyAsync(h,dev,G*96,cudaMemcpyDeviceToHost,s)); }));
  }
  for (int pdl=0;pdl<2;pdl++) { 
    auto launch=[&](auto f, int w, bool dep){ cudaLaunchConfig_t c={}; c.gridDim=1024; c.blockDim=32; c.stream=s; cudaLaunchAttribute at; at.id=cudaLaunchAttributeProgrammaticStreamSerialization; at.val.programmaticStreamSerializationAllowed=1; c.attrs=&at; c.numAttrs=(pdl&&dep)?1:0; C(cudaLaunchKernelEx(&c,f,dev,w)); };
    auto all=[&]{ chainA<<<1024,32,0,s>>>(dev); launch(chainB,pdl,true); launch(chainB,pdl,true); };
    cudaGraph_t g; cudaGraphExec_t ex; C(cudaStreamBeginCapture(s,cudaStreamCaptureModeThreadLocal)); all(); C(cudaStreamEndCapture(s,&g)); C(cudaGraphInstantiate(&ex,g,0));
    printf("chain of three, programmatic %d: stream %.1f, graph %.1f us\n", pdl, med(s,all), med(s,[&]{ C(cudaGraphLaunch(ex,s)); }));
  }
}
