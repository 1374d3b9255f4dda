// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
/** Task graphs: which kernels run on which buffers, and what is copied when. */
@NullMarked
package io.lplb.tornado.graph;

import org.jspecify.annotations.NullMarked;
