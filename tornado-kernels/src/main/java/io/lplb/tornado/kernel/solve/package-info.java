// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
/** Device code of the solvers: interior point and relaxation with their building blocks. */
@NullMarked
package io.lplb.tornado.kernel.solve;

import org.jspecify.annotations.NullMarked;
