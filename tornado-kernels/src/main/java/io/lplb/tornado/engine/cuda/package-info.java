// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
/** CUDA driver as an engine: programs as launches of shipped PTX. */
@NullMarked
package io.lplb.tornado.engine.cuda;

import org.jspecify.annotations.NullMarked;
