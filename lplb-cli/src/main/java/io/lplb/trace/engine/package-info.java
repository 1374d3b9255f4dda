// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
/** Readers of the statistics that serving and training systems, and spreadsheets, write about experts. */
@NullMarked
package io.lplb.trace.engine;

import org.jspecify.annotations.NullMarked;
