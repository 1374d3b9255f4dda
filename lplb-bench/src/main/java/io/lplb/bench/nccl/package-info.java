// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
/** Programs that check and time exchanges between GPUs over NCCL, a process per GPU. */
@NullMarked
package io.lplb.bench.nccl;

import org.jspecify.annotations.NullMarked;
