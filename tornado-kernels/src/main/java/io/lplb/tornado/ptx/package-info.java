// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
/** Catalogue of the kernels that the library ships as PTX. */
@NullMarked
package io.lplb.tornado.ptx;

import org.jspecify.annotations.NullMarked;
