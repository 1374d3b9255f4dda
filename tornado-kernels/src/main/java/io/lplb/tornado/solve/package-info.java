// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
/** Solvers of problem batches on a GPU, and what the host does around a launch: packing, certificates, fallback. */
@NullMarked
package io.lplb.tornado.solve;

import org.jspecify.annotations.NullMarked;
