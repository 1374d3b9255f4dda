// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
/** Linear-programming solvers of others, behind one interface. */
@NullMarked
package io.lplb.bench.peer;

import org.jspecify.annotations.NullMarked;
