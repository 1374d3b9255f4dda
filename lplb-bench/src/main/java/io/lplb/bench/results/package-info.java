// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
/** Results of benchmarks: running them, files of results, tables made from the files. */
@NullMarked
package io.lplb.bench.results;

import org.jspecify.annotations.NullMarked;
