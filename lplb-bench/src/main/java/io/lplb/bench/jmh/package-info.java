// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
/** JMH benchmarks of the solvers, of the stations around them and of a peer. */
@NullMarked
package io.lplb.bench.jmh;

import org.jspecify.annotations.NullMarked;
