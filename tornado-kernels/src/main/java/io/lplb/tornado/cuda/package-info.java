// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
/** Binding of the CUDA driver through the foreign-function API: libraries, devices, memory, streams, graphs and launches. */
@NullMarked
package io.lplb.tornado.cuda;

import org.jspecify.annotations.NullMarked;
