// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.outside;

import uk.ac.manchester.tornado.api.KernelContext;

/** Code that kernels call and that is in no kernel package. */
public final class UncheckedHelper {
    private UncheckedHelper() {}

    public static void synchronise(KernelContext context) {
        context.localBarrier();
    }
}
