// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
/** Seeded loads of experts and routed ids, by name. */
@NullMarked
package io.lplb.workload;

import org.jspecify.annotations.NullMarked;
