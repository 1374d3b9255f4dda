// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
/** Host side of the kernels: packing, task graphs, and the solver that runs them. */
@NullMarked
package io.lplb.tornado.graph;

import org.jspecify.annotations.NullMarked;
