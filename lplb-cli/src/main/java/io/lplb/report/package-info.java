// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
/** Pages for people: what a replay and what the benchmarks found, each as one self-contained HTML file. */
@NullMarked
package io.lplb.report;

import org.jspecify.annotations.NullMarked;
