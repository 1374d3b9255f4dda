// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

import java.util.ArrayList;
import java.util.List;

/** Numbers for the places in kernels that the instrumentation marks. Not thread-safe. */
final class SiteTable {
    /** One more than the largest number: what an {@link AccessStamp} has room for. */
    static final int LIMIT = 1 << AccessStamp.SITE_BITS;

    private final List<String> places = new ArrayList<>();

    /** Returns a new number for a place such as "Kernel.java:17". */
    int add(String place) {
        if (places.size() == LIMIT) {
            throw new IllegalStateException("sites: got more than " + LIMIT + " marked places in kernels");
        }
        places.add(place);
        return places.size() - 1;
    }

    int size() {
        return places.size();
    }

    String place(int site) {
        return places.get(site);
    }
}
