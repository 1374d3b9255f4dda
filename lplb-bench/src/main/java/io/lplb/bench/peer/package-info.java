// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
/** Other ways to split the loads, general LP solvers and greedy rules, behind one interface. */
@NullMarked
package io.lplb.bench.peer;

import org.jspecify.annotations.NullMarked;
