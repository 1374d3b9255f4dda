// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
/** Replays batches against several ways to divide their tokens, and compares the results. */
@NullMarked
package io.lplb.replay;

import org.jspecify.annotations.NullMarked;
