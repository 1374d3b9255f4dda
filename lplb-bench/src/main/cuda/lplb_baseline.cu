// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
//
// The baseline: LPLB's algorithm (docs/measurements/solvers.md; AffineScaling in lplb-api is the readable form) as a kernel of
// one thread block per problem that keeps everything in registers and shared memory. Written from the algorithm's
// description, not from LPLB's source, and tuned as far as the algorithm as such allows. kernel_times.cpp runs it.
//
//   nvcc -O3 -cubin -arch=sm_90 -o lplb_baseline.cubin lplb_baseline.cu
//
// With G ranks and I items of two hosts: N = G + I equations (ranks, then items) in 2 I + G + 2 variables (items at
// their first host, at their second host, slacks, t, Big-M). A step, five in all, is
//   assemble    each thread computes its elements of M = A diag(x^2) A' in registers. A column of x has two entries, a
//               slack one; t and Big-M are full, so M is a sparse matrix plus two of rank one, and dense as a whole;
//   factor      LDL' of M with the right-hand side as one more row, P pivots to a barrier: the columns of a panel go
//               through shared memory, and every thread eliminates the P x P corner for itself;
//   solve, step one warp does the back substitution, the ratio test, the update and what the next assembly needs.
// Thread (tx, ty) of TX x TY holds the elements (ty + TY r, tx + TX c), of which only i >= j are ever used.
//
// Compiled by a C++ compiler it is what lplb_baseline_check.cpp runs on the CPU, a fiber to a thread.

#ifndef EMULATED
#define LANES 0xffffffffu
#define RECIPROCAL(v) __fdividef(1.f, v)
#endif

namespace lplb {

constexpr int STEPS = 5, WARP = 32;
// Words before the array (TornadoVM's header), before the groups, and behind a group's shares: as kernel_times.cpp.
constexpr int ARRAY_HEADER = 4, HEADER_WORDS = 4, TAIL = 6;
constexpr float BIG_M_COST = 1000.f, STEP_FRACTION = 0.999f;
constexpr float LARGEST_D = 0.1f, LARGEST_BIG_M = 1e-4f, LARGEST_RESIDUAL = 0.05f;
constexpr float ACCEPTED = 1.f, REJECTED = 3.f;

__host__ __device__ constexpr int divideUp(int a, int b) { return (a + b - 1) / b; }
__host__ __device__ constexpr int larger(int a, int b) { return a > b ? a : b; }

template <int G, int I, int TX, int TY, int P> struct Layout {
    static constexpr int THREADS = TX * TY, N = G + I, COLUMNS = 2 * I + G + 2, T = COLUMNS - 2, BIG_M = COLUMNS - 1;
    static constexpr int ROW_TILES = divideUp(N, TY), COLUMN_TILES = divideUp(N, TX);
    static constexpr int WIDTH = larger(ROW_TILES * TY, COLUMN_TILES * TX);
    static_assert(N % P == 0 && TX % P == 0, "a panel must not cross the edge of a tile");
    static_assert(TX > P, "the threads beside the panel publish the right-hand side");
    static_assert(THREADS % WARP == 0, "whole warps");
};

template <class S, int G, int I, int P> struct Shared {
    float lower[S::N * S::N];             // unit lower factor, row by row
    float panel[2][P + 1][S::WIDTH];      // columns of the panel as they stand, and the right-hand side
    float forward[S::N];                  // D^-1 L^-1 rhs
    float x[S::COLUMNS];
    float v[S::N], diagonal[S::N], bigM[S::N], rhs[S::N];
    float side[2 * I];                    // of entry e: w x^2, M's element (item, host)
    float w[I], speed[G], fixed[G];
    int host[2 * I], first[G + 1], incident[2 * I];
};

__device__ inline float warpSum(float v) {
#pragma unroll
    for (int k = WARP / 2; k > 0; k /= 2) v += __shfl_xor_sync(LANES, v, k);
    return v;
}

// Passes over NaN, as fmaxf does.
__device__ inline float warpMax(float v) {
#pragma unroll
    for (int k = WARP / 2; k > 0; k /= 2) v = fmaxf(v, __shfl_xor_sync(LANES, v, k));
    return v;
}

template <int G, int I, int TX, int TY, int P> struct Solver {
    using S = Layout<G, I, TX, TY, P>;
    using Memory = Shared<S, G, I, P>;
    static constexpr int N = S::N, COLUMNS = S::COLUMNS, T = S::T, BIG_M = S::BIG_M;
    static constexpr int ROW_TILES = S::ROW_TILES, COLUMN_TILES = S::COLUMN_TILES;

    // Variable of entry e: entries 2 i and 2 i + 1 are the first and the second host of item i.
    __device__ static int variable(int e) { return (e & 1) * I + e / 2; }

    // Whether any element of a tile lies on or below the diagonal.
    __device__ static constexpr bool isUsed(int r, int c) { return r * TY + TY - 1 >= c * TX; }

    // One warp: from x, what the elements of M and of the right-hand side are made of.
    __device__ static void prepare(Memory &m, int lane) {
        __syncwarp();
        float bigSquare = m.x[BIG_M] * m.x[BIG_M], tSquare = m.x[T] * m.x[T];
#pragma unroll
        for (int e = lane; e < 2 * I; e += WARP) {
            float value = m.x[variable(e)];
            m.side[e] = m.w[e / 2] * value * value;
        }
        __syncwarp();
#pragma unroll
        for (int k = lane; k < N; k += WARP) {
            float sum, right = BIG_M_COST * bigSquare * m.bigM[k];
            if (k < G) {
                sum = m.x[2 * I + k] * m.x[2 * I + k];
                for (int at = m.first[k]; at < m.first[k + 1]; at++) {
                    int e = m.incident[at];
                    sum += m.side[e] * m.w[e / 2];
                }
                right -= m.speed[k] * tSquare;
            } else {
                float x1 = m.x[k - G], x2 = m.x[I + k - G];
                sum = x1 * x1 + x2 * x2;
            }
            m.diagonal[k] = sum;
            m.rhs[k] = right;
        }
    }

    // One warp: loads divided by the largest item, the Big-M column that makes all ones solve the equations, x = 1.
    __device__ static void start(Memory &m, int lane) {
        float largest = 0;
        for (int i = lane; i < I; i += WARP) largest = fmaxf(largest, m.w[i]);
        largest = warpMax(largest);
        float scale = 1 / largest;
        for (int i = lane; i < I; i += WARP) m.w[i] *= scale;
        for (int r = lane; r < G; r += WARP) m.fixed[r] *= scale;
        for (int j = lane; j < COLUMNS; j += WARP) m.x[j] = 1;
        __syncwarp();
        for (int k = lane; k < N; k += WARP) {
            float sum = -1;
            if (k < G) {
                sum = m.speed[k] - 1 - m.fixed[k];
                for (int at = m.first[k]; at < m.first[k + 1]; at++) sum -= m.w[m.incident[at] / 2];
            }
            m.bigM[k] = sum;
        }
        prepare(m, lane);
    }

    // An element of M on or below the diagonal.
    __device__ static float element(const Memory &m, int i, int j, float bigSquare, float tSquare) {
        float value = bigSquare * m.bigM[i] * m.bigM[j];
        if (i < G) {
            value += tSquare * m.speed[i] * m.speed[j];
        } else if (j < G) {
            int e = 2 * (i - G);
            value += (m.host[e] == j ? m.side[e] : 0.f) + (m.host[e + 1] == j ? m.side[e + 1] : 0.f);
        }
        return i == j ? value + m.diagonal[i] : value;
    }

    // All threads: assembles and factors M, leaves factor and forward solution. True if all pivots are positive.
    __device__ static bool factor(Memory &m, int tx, int ty) {
        float a[ROW_TILES][COLUMN_TILES], z[ROW_TILES];
        float bigSquare = m.x[BIG_M] * m.x[BIG_M], tSquare = m.x[T] * m.x[T];
#pragma unroll
        for (int r = 0; r < ROW_TILES; r++) {
            int i = r * TY + ty;
            z[r] = i < N ? m.rhs[i] : 0.f;
#pragma unroll
            for (int c = 0; c < COLUMN_TILES; c++) {
                int j = c * TX + tx;
                a[r][c] = isUsed(r, c) && i < N && j <= i ? element(m, i, j, bigSquare, tSquare) : 0.f;
            }
        }
        bool sound = true;
        int buffer = 0;
#pragma unroll
        for (int b = 0; b < COLUMN_TILES; b++) {
#pragma unroll 1
            for (int at = 0; at < TX && b * TX + at < N; at += P) {
                int k = b * TX + at;
                float(*panel)[S::WIDTH] = m.panel[buffer];
                buffer ^= 1;
                if (tx >= at && tx < at + P) {
#pragma unroll
                    for (int r = 0; r < ROW_TILES; r++)
                        if (isUsed(r, b)) panel[tx - at][r * TY + ty] = a[r][b];
                } else if (tx == (at + P) % TX) {
#pragma unroll
                    for (int r = 0; r < ROW_TILES; r++)
                        if (isUsed(r, b)) panel[P][r * TY + ty] = z[r];
                }
                __syncthreads();
                // The corner: d on the diagonal, l below it, and the right-hand side solved forward.
                float corner[P][P], inverse[P], right[P];
#pragma unroll
                for (int p = 0; p < P; p++) {
                    right[p] = panel[P][k + p];
#pragma unroll
                    for (int q = p; q < P; q++) corner[q][p] = panel[p][k + q];
                }
#pragma unroll
                for (int p = 0; p < P; p++) {
                    sound = sound && corner[p][p] > 0;
                    inverse[p] = RECIPROCAL(corner[p][p]);
#pragma unroll
                    for (int s = p + 1; s < P; s++) {
                        float l = corner[s][p] * inverse[p];
#pragma unroll
                        for (int q = s; q < P; q++) corner[q][s] -= l * corner[q][p];
                        right[s] -= l * right[p];
                        // The unscaled element is not needed any more once its column s is done.
                        corner[p][s] = l;
                    }
                }
                float below[COLUMN_TILES][P];
#pragma unroll
                for (int c = b; c < COLUMN_TILES; c++) {
#pragma unroll
                    for (int p = 0; p < P; p++) below[c][p] = panel[p][c * TX + tx];
                    eliminate(below[c], corner);
                }
#pragma unroll
                for (int r = 0; r < ROW_TILES; r++) {
                    if (!isUsed(r, b)) continue;
                    int i = r * TY + ty;
                    float l[P];
#pragma unroll
                    for (int p = 0; p < P; p++) l[p] = panel[p][i];
                    eliminate(l, corner);
#pragma unroll
                    for (int p = 0; p < P; p++) {
                        l[p] *= inverse[p];
                        z[r] -= l[p] * right[p];
                        if (tx == p && i < N) m.lower[i * N + k + p] = l[p];
#pragma unroll
                        for (int c = b; c < COLUMN_TILES; c++)
                            if (isUsed(r, c)) a[r][c] -= l[p] * below[c][p];
                    }
                }
                if (tx == 0 && ty == 0) {
#pragma unroll
                    for (int p = 0; p < P; p++) m.forward[k + p] = right[p] * inverse[p];
                }
            }
        }
        return sound;
    }

    // A row's elements of the panel without what the panel's earlier columns take from the later ones.
    __device__ static void eliminate(float (&row)[P], const float (&corner)[P][P]) {
#pragma unroll
        for (int p = 0; p < P; p++)
#pragma unroll
            for (int s = p + 1; s < P; s++) row[s] -= corner[p][s] * row[p];
    }

    // One warp: solves L' v = forward, four unknowns at a time, each lane for the rows lane, lane + 32, ...
    __device__ static void backSubstitute(Memory &m, int lane) {
        constexpr int TILES = divideUp(N, WARP), STRIDE = 4;
        static_assert(N % STRIDE == 0, "whole strides");
        float v[TILES];
#pragma unroll
        for (int q = 0; q < TILES; q++) v[q] = q * WARP + lane < N ? m.forward[q * WARP + lane] : 0.f;
#pragma unroll
        for (int q = TILES - 1; q >= 0; q--) {
            int top = q == TILES - 1 ? (N - 1) % WARP + 1 : WARP;
#pragma unroll 2
            for (int at = top - STRIDE; at >= 0; at -= STRIDE) {
                const float *rows = &m.lower[(q * WARP + at) * N];
                float value[STRIDE];
#pragma unroll
                for (int p = 0; p < STRIDE; p++) value[p] = __shfl_sync(LANES, v[q], at + p);
#pragma unroll
                for (int p = STRIDE - 1; p > 0; p--)
#pragma unroll
                    for (int s = 0; s < p; s++) value[s] -= rows[p * N + q * WARP + at + s] * value[p];
#pragma unroll
                for (int p = STRIDE - 1; p >= 0; p--) {
#pragma unroll
                    for (int s = 0; s < q; s++) v[s] -= rows[p * N + s * WARP + lane] * value[p];
                    if (lane < at) v[q] -= rows[p * N + q * WARP + lane] * value[p];
                    if (lane == at + p) v[q] = value[p];
                }
            }
        }
#pragma unroll
        for (int q = 0; q < TILES; q++)
            if (q * WARP + lane < N) m.v[q * WARP + lane] = v[q];
        __syncwarp();
    }

    // One warp: the ratio test and the update of x. Returns the largest d that was looked at.
    __device__ static float step(Memory &m, int lane, bool lastWarpOnly) {
        constexpr int TILES = divideUp(COLUMNS, WARP);
        float alongT = 0, alongBigM = 0;
#pragma unroll
        for (int k = lane; k < N; k += WARP) {
            alongBigM += m.bigM[k] * m.v[k];
            if (k < G) alongT -= m.speed[k] * m.v[k];
        }
        alongT = warpSum(alongT);
        alongBigM = warpSum(alongBigM);
        float d[TILES], largest = -INFINITY;
#pragma unroll
        for (int q = 0; q < TILES; q++) {
            int j = q * WARP + lane;
            d[q] = 0;
            if (j >= COLUMNS) continue;
            float reduced;
            if (j < 2 * I) {
                int i = j < I ? j : j - I, e = 2 * i + (j < I ? 0 : 1);
                reduced = -(m.w[i] * m.v[m.host[e]] + m.v[G + i]);
            } else if (j < T) {
                reduced = -m.v[j - 2 * I];
            } else {
                reduced = j == T ? 1 - alongT : BIG_M_COST - alongBigM;
            }
            d[q] = m.x[j] * reduced;
            if (!lastWarpOnly || j >= COLUMNS - WARP) largest = fmaxf(largest, d[q]);
        }
        largest = warpMax(largest);
        float alpha = STEP_FRACTION / largest;
#pragma unroll
        for (int q = 0; q < TILES; q++)
            if (q * WARP + lane < COLUMNS) m.x[q * WARP + lane] *= 1 - alpha * d[q];
        __syncwarp();
        return largest;
    }

    // One warp: the largest error of the equations, or infinity if a ratio is no finite number.
    __device__ static float residual(const Memory &m, int lane) {
        float largest = 0;
        for (int k = lane; k < N; k += WARP) {
            float error = m.bigM[k] * m.x[BIG_M];
            if (k < G) {
                error += m.fixed[k] + m.x[2 * I + k] - m.speed[k] * m.x[T];
                for (int at = m.first[k]; at < m.first[k + 1]; at++) {
                    int e = m.incident[at];
                    error += m.w[e / 2] * m.x[variable(e)];
                }
            } else {
                error += m.x[k - G] + m.x[I + k - G] - 1;
            }
            error = fabsf(error);
            largest = error < INFINITY ? fmaxf(largest, error) : INFINITY;
        }
        return warpMax(largest);
    }

    __device__ static void solve(Memory &m, const float *in, const int *tables, const float *speed, float *out,
                                 bool lastWarpOnly) {
        int thread = threadIdx.x, tx = thread % TX, ty = thread / TX;
        const float *group = in + ARRAY_HEADER + HEADER_WORDS + (size_t)blockIdx.x * N;
        for (int e = thread; e < 2 * I; e += TX * TY) {
            m.host[e] = tables[ARRAY_HEADER + e];
            m.incident[e] = tables[ARRAY_HEADER + 2 * I + G + 1 + e];
        }
        for (int r = thread; r < G + 1; r += TX * TY) m.first[r] = tables[ARRAY_HEADER + 2 * I + r];
        for (int r = thread; r < G; r += TX * TY) {
            m.speed[r] = speed[ARRAY_HEADER + r];
            m.fixed[r] = group[r];
        }
        for (int i = thread; i < I; i += TX * TY) m.w[i] = group[G + i];
        for (int k = thread; k < 2 * (P + 1) * S::WIDTH; k += TX * TY) (&m.panel[0][0][0])[k] = 0;
        __syncthreads();
        if (thread < WARP) start(m, thread);
        __syncthreads();
        bool sound = true;
        float largest = INFINITY;
#pragma unroll 1
        for (int s = 0; s < STEPS; s++) {
            bool positive = factor(m, tx, ty);
            sound = sound && positive;
            __syncthreads();
            if (thread < WARP) {
                backSubstitute(m, thread);
                largest = step(m, thread, lastWarpOnly);
                prepare(m, thread);
            }
            __syncthreads();
        }
        if (thread < WARP) finish(m, in, out, thread, sound, largest);
    }

    // One warp: the test, and the shares of the group, then what it saw.
    __device__ static void finish(const Memory &m, const float *in, float *out, int lane, bool sound, float largest) {
        const float *group = in + ARRAY_HEADER + HEADER_WORDS + (size_t)blockIdx.x * N;
        float bigM = m.x[BIG_M], error = residual(m, lane);
        bool accepted = sound && largest < LARGEST_D && bigM >= 0 && bigM < LARGEST_BIG_M && error < LARGEST_RESIDUAL;
        float *to = out + ARRAY_HEADER + (size_t)blockIdx.x * (2 * I + TAIL);
        for (int i = lane; i < I; i += WARP) {
            float w = group[G + i], kept = accepted ? w * fminf(fmaxf(m.x[i], 0.f), 1.f) : 0.5f * w;
            to[2 * i] = kept;
            to[2 * i + 1] = w - kept;
        }
        if (lane == 0) {
            to += 2 * I;
            to[0] = largest;
            to[1] = bigM;
            to[2] = STEPS;
            to[3] = accepted ? ACCEPTED : REJECTED;
            to[4] = TX * TY;
            to[5] = in[ARRAY_HEADER + 1];  // the stamp of the input: the launch saw this input
        }
    }
};

}  // namespace lplb

// Named lplb, pivots to a barrier, ranks, items, threads. Tables hold host[2 I], first[G + 1], incident[2 I]: the two
// hosts of every item, and the entries of every rank.
#define LPLB_KERNEL(P, G, I, THREADS, TX, TY)                                                                          \
    extern "C" __global__ void __launch_bounds__(THREADS) lplb##P##_##G##_##I##_##THREADS(                             \
        unsigned long long, unsigned long long, const float *in, const int *tables, const float *speed, float *out,    \
        unsigned long long lastWarpOnly) {                                                                             \
        static_assert(THREADS == TX * TY, "threads");                                                                  \
        using Solver = lplb::Solver<G, I, TX, TY, P>;                                                                  \
        __shared__ typename Solver::Memory memory;                                                                     \
        Solver::solve(memory, in, tables, speed, out, lastWarpOnly != 0);                                              \
    }

// Those that the measurements chose from.
#define LPLB_SHAPE(G, I)                                                                                               \
    LPLB_KERNEL(1, G, I, 256, 16, 16)                                                                                  \
    LPLB_KERNEL(4, G, I, 128, 8, 16)                                                                                   \
    LPLB_KERNEL(4, G, I, 256, 16, 16)                                                                                  \
    LPLB_KERNEL(4, G, I, 512, 16, 32)                                                                                  \
    LPLB_KERNEL(8, G, I, 128, 16, 8)                                                                                   \
    LPLB_KERNEL(8, G, I, 256, 16, 16)

#ifndef EMULATED
LPLB_SHAPE(8, 16)
LPLB_SHAPE(16, 32)
LPLB_SHAPE(32, 64)
LPLB_KERNEL(1, 8, 16, 64, 8, 8)
LPLB_KERNEL(4, 8, 16, 32, 8, 4)
LPLB_KERNEL(4, 8, 16, 64, 8, 8)
LPLB_KERNEL(4, 16, 32, 64, 8, 8)
#endif
