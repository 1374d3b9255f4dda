// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

/**
 * The calls between kernel methods that a device thread is in, as far as they hand on the KernelContext. Two threads are
 * at the same barrier only if they also came there by the same calls: TornadoVM inlines every call, so that one barrier
 * in a helper becomes as many as there are calls of it.
 */
final class CallPath {
    private static final int DEEPEST = 64;

    private final int[] sites = new int[DEEPEST];
    private final int[] hashes = new int[DEEPEST + 1];
    private int depth;

    /** Returns false when the calls are too deep, which only recursion brings about. */
    boolean enter(int site) {
        if (depth == DEEPEST) {
            return false;
        }
        sites[depth] = site;
        hashes[depth + 1] = hashes[depth] * 31 + site;
        depth++;
        return true;
    }

    void leave() {
        depth--;
    }

    /** Returns a number that tells paths apart. */
    int hash() {
        return hashes[depth];
    }

    /** Returns "Kernel.java:17, called at Kernel.java:40" for a site in the innermost method. */
    String describe(int site, SiteTable table) {
        StringBuilder text = new StringBuilder(table.place(site));
        for (int k = depth - 1; k >= 0; k--) {
            text.append(", called at ").append(table.place(sites[k]));
        }
        return text.toString();
    }
}
