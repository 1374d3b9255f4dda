// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
/** Figures programs for a machine with a GPU. */
@NullMarked
package io.lplb.bench.kernels;

import org.jspecify.annotations.NullMarked;
