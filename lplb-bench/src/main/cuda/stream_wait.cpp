// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
// What it costs to launch a kernel that waits on its stream for a word of the host's memory, against launching it when the word
// is ready: by a batch of memory operations captured with the kernel, as a node of the graph, and on the stream before a graph or a launch.
// g++ -O2 -I/usr/local/cuda/include stream_wait.cpp -lcuda; ./a.out
#include <cuda.h>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <time.h>
#include <algorithm>
#include <vector>
#include <string>
#include <immintrin.h>
#define C(x) do{CUresult r=(x); if(r){const char*s; cuGetErrorName(r,&s); printf("%s:%d %s -> %s\n",__FILE__,__LINE__,#x,s); exit(1);} }while(0)
static double now(){timespec t; clock_gettime(CLOCK_MONOTONIC,&t); return t.tv_sec*1e6+t.tv_nsec*1e-3;}
static double med(std::vector<double> v){std::sort(v.begin(),v.end()); return v[v.size()/2];}
const char* ptx=".version 7.0\n.target sm_80\n.address_size 64\n.visible .entry k(.param .u64 in, .param .u64 out) { .reg .u64 a,b; .reg .u32 v,t; .reg .pred p; ld.param.u64 a,[in]; ld.param.u64 b,[out]; mov.u32 v,%ctaid.x; mov.u32 t,%tid.x; or.b32 v,v,t; setp.ne.u32 p,v,0; @p bra E; ld.volatile.global.u32 v,[a]; st.release.sys.global.u32 [b],v; E: ret; }";
int main(){
 C(cuInit(0)); CUdevice d; C(cuDeviceGet(&d,0)); CUcontext c; C(cuDevicePrimaryCtxRetain(&c,d)); C(cuCtxSetCurrent(c));
 int a=-1; cuDeviceGetAttribute(&a,(CUdevice_attribute)122,d); printf("attr 122 (mem ops) %d\n",a); cuDeviceGetAttribute(&a,(CUdevice_attribute)92,d); printf("attr 92 %d\n",a);
 CUmodule m; C(cuModuleLoadData(&m,ptx)); CUfunction f; C(cuModuleGetFunction(&f,m,"k"));
 volatile unsigned* h; C(cuMemHostAlloc((void**)&h,4096,CU_MEMHOSTALLOC_DEVICEMAP)); memset((void*)h,0,4096); CUdeviceptr dp; C(cuMemHostGetDevicePointer(&dp,(void*)h,0));
 CUdeviceptr in=dp, out=dp+256, word=dp+512; void* ps[]={&in,&out};
 CUstream s; C(cuStreamCreate(&s,CU_STREAM_NON_BLOCKING));
 auto kernelGraph=[&](int mode){ // 0 kernel, 1 wait + kernel by capture, 2 wait+reset explicit node
  CUgraph g; CUgraphExec e;
  if(mode<2){ C(cuStreamBeginCapture(s,CU_STREAM_CAPTURE_MODE_THREAD_LOCAL)); if(mode==1){ CUstreamBatchMemOpParams p[2]; memset(p,0,sizeof p); p[0].waitValue.operation=CU_STREAM_MEM_OP_WAIT_VALUE_32; p[0].waitValue.address=word; p[0].waitValue.value=1; p[0].waitValue.flags=CU_STREAM_WAIT_VALUE_EQ; p[1].writeValue.operation=CU_STREAM_MEM_OP_WRITE_VALUE_32; p[1].writeValue.address=word; p[1].writeValue.value=0; CUresult r=cuStreamBatchMemOp(s,2,p,0); printf("capture of batch mem op: %d\n",r);} C(cuLaunchKernel(f,1024,1,1,32,1,1,0,s,ps,0)); C(cuStreamEndCapture(s,&g)); }
  else { C(cuGraphCreate(&g,0)); CUstreamBatchMemOpParams p[2]; memset(p,0,sizeof p); p[0].waitValue.operation=CU_STREAM_MEM_OP_WAIT_VALUE_32; p[0].waitValue.address=word; p[0].waitValue.value=1; p[0].waitValue.flags=CU_STREAM_WAIT_VALUE_EQ; p[1].writeValue.operation=CU_STREAM_MEM_OP_WRITE_VALUE_32; p[1].writeValue.address=word; p[1].writeValue.value=0; CUDA_BATCH_MEM_OP_NODE_PARAMS q; memset(&q,0,sizeof q); q.ctx=c; q.count=mode==2?2:1; q.paramArray=p; CUgraphNode n,k; CUresult r=cuGraphAddBatchMemOpNode(&n,g,0,0,&q); printf("add node %d\n",r); CUDA_KERNEL_NODE_PARAMS kp; memset(&kp,0,sizeof kp); kp.func=f; kp.gridDimX=1024; kp.gridDimY=kp.gridDimZ=1; kp.blockDimX=32; kp.blockDimY=kp.blockDimZ=1; kp.kernelParams=ps; C(cuGraphAddKernelNode(&k,g,&n,1,&kp)); }
  C(cuGraphInstantiate(&e,g,0)); return e; };
 CUgraphExec e0=kernelGraph(0); CUgraphExec e1=kernelGraph(1); CUgraphExec e2=kernelGraph(2);
 unsigned v=0; int N=3000;
 for(int round=0;round<2;round++){
 { std::vector<double> call,tot; for(int i=0;i<N;i++){ h[0]=++v; double t=now(); C(cuGraphLaunch(e0,s)); double t1=now(); while(h[64]!=v) _mm_pause(); double t2=now(); call.push_back(t1-t); tot.push_back(t2-t);} C(cuStreamSynchronize(s)); printf("graph: call %.2f, to the stamp %.2f us\n",med(call),med(tot)); }
 { std::vector<double> call,tot; for(int i=0;i<N;i++){ h[0]=++v; double t=now(); C(cuLaunchKernel(f,1024,1,1,32,1,1,0,s,ps,0)); double t1=now(); while(h[64]!=v) _mm_pause(); double t2=now(); call.push_back(t1-t); tot.push_back(t2-t);} C(cuStreamSynchronize(s)); printf("plain: call %.2f, to the stamp %.2f us\n",med(call),med(tot)); }
 for(int w=0;w<3;w++){ double wait[]={0,3,8}; 
 for(int mode=0;mode<4;mode++){ std::vector<double> call,tot,early; 
  for(int i=0;i<N;i++){ ++v; double t=now();
   if(mode==0) C(cuGraphLaunch(e1,s)); else if(mode==1) C(cuGraphLaunch(e2,s));
   else if(mode==2){ C(cuStreamWaitValue32(s,word,v,CU_STREAM_WAIT_VALUE_EQ)); C(cuGraphLaunch(e0,s)); }
   else { C(cuStreamWaitValue32(s,word,v,CU_STREAM_WAIT_VALUE_EQ)); C(cuLaunchKernel(f,1024,1,1,32,1,1,0,s,ps,0)); }
   double t1=now(); while(now()-t1<wait[w]) _mm_pause();
   h[0]=v; __sync_synchronize(); double t2=now(); h[128]= mode<2?1:v; while(h[64]!=v) _mm_pause(); double t3=now(); call.push_back(t1-t); tot.push_back(t3-t2); if(mode<2) while(h[128]!=0) _mm_pause(); }
  C(cuStreamSynchronize(s)); const char* nm[]={"wait captured + graph","wait node + graph","wait value, graph","wait value, plain"}; printf("%s: call %.2f, idle %.0f, from the word to the stamp %.2f us\n",nm[mode],med(call),wait[w],med(tot)); } }
 }
}
