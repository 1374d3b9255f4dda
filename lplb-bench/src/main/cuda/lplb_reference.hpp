// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
//
// LPLB's algorithm once more, dense, plain and in double, to compare lplb_baseline.cu's answers with.
#pragma once
#include <algorithm>
#include <cmath>
#include <vector>

struct LplbAnswer {
    bool accepted;
    std::vector<double> share;  // of the entries
    double largestD, bigM, residual;
};

// load holds fixed[ranks], then w[items]; host the two hosts of each item.
inline LplbAnswer lplbReference(int ranks, int items, const int *host, const float *speed, const float *load,
                                bool lastWarpOnly) {
    int n = ranks + items, columns = 2 * items + ranks + 2, t = columns - 2, big = columns - 1;
    double scale = *std::max_element(load + ranks, load + n);
    std::vector<double> a(size_t(n) * columns, 0.), b(n), x(columns, 1.), c(columns, 0.), d(columns);
    auto at = [&](int k, int j) -> double & { return a[size_t(k) * columns + j]; };
    for (int i = 0; i < items; i++) {
        at(host[2 * i], i) += load[ranks + i] / scale;
        at(host[2 * i + 1], items + i) += load[ranks + i] / scale;
        at(ranks + i, i) = at(ranks + i, items + i) = b[ranks + i] = 1;
    }
    for (int r = 0; r < ranks; r++) at(r, 2 * items + r) = 1, at(r, t) = -speed[r], b[r] = -load[r] / scale;
    auto error = [&](int k) {
        double sum = b[k];
        for (int j = 0; j < columns; j++) sum -= at(k, j) * x[j];
        return sum;
    };
    for (int k = 0; k < n; k++) at(k, big) = error(k);
    c[t] = 1, c[big] = 1000;
    LplbAnswer answer{true, std::vector<double>(2 * items), 0, 0, 0};
    for (int step = 0; step < 5; step++) {
        std::vector<double> m(size_t(n) * n), v(n);
        for (int k = 0; k < n; k++) {
            v[k] = 0;
            for (int j = 0; j < columns; j++) v[k] += at(k, j) * x[j] * x[j] * c[j];
            for (int l = 0; l < n; l++)
                for (int j = 0; j < columns; j++) m[size_t(k) * n + l] += at(k, j) * x[j] * x[j] * at(l, j);
        }
        for (int p = 0; p < n; p++) {
            double pivot = m[size_t(p) * n + p];
            answer.accepted = answer.accepted && pivot > 0;
            for (int k = p + 1; k < n; k++) {
                double l = m[size_t(k) * n + p] / pivot;
                for (int j = p; j < n; j++) m[size_t(k) * n + j] -= l * m[size_t(p) * n + j];
                v[k] -= l * v[p];
            }
        }
        for (int p = n - 1; p >= 0; p--) {
            for (int k = p + 1; k < n; k++) v[p] -= m[size_t(p) * n + k] * v[k];
            v[p] /= m[size_t(p) * n + p];
        }
        answer.largestD = -INFINITY;
        for (int j = 0; j < columns; j++) {
            double reduced = c[j];
            for (int k = 0; k < n; k++) reduced -= v[k] * at(k, j);
            d[j] = x[j] * reduced;
            if (!lastWarpOnly || j >= columns - 32) answer.largestD = std::fmax(answer.largestD, d[j]);
        }
        for (int j = 0; j < columns; j++) x[j] *= 1 - 0.999 / answer.largestD * d[j];
    }
    for (int k = 0; k < n; k++) {
        double e = std::fabs(error(k));
        answer.residual = e <= answer.residual ? answer.residual : e;
    }
    answer.bigM = x[big];
    answer.accepted = answer.accepted && answer.largestD < 0.1 && answer.bigM >= 0 && answer.bigM < 1e-4 &&
                      answer.residual < 0.05;
    for (int i = 0; i < items; i++) {
        double w = load[ranks + i];
        answer.share[2 * i] = answer.accepted ? w * std::min(std::max(x[i], 0.), 1.) : w / 2;
        answer.share[2 * i + 1] = w - answer.share[2 * i];
    }
    return answer;
}

// The largest load of a rank.
inline double lplbMaxLoad(int ranks, int items, const int *host, const float *speed, const float *load,
                          const double *share) {
    std::vector<double> sum(load, load + ranks);
    for (int e = 0; e < 2 * items; e++) sum[host[e]] += share[e];
    double most = 0;
    for (int r = 0; r < ranks; r++) most = std::max(most, sum[r] / speed[r]);
    return most;
}

// What the kernel wants to know of the items: host[2 items], first[ranks + 1], incident[2 items].
inline std::vector<int> lplbTables(int ranks, int items, const int *host) {
    std::vector<int> tables(host, host + 2 * items), incident;
    for (int r = 0; r < ranks; r++) {
        tables.push_back(int(incident.size()));
        for (int e = 0; e < 2 * items; e++)
            if (host[e] == r) incident.push_back(e);
    }
    tables.push_back(int(incident.size()));
    tables.insert(tables.end(), incident.begin(), incident.end());
    return tables;
}
