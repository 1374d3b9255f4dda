// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
/** Sizes, tables and layouts of the GPU programs, independent of the engine that runs them. */
@NullMarked
package io.lplb.tornado.program;

import org.jspecify.annotations.NullMarked;
