// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
/** The command {@code lplb trace}. */
@NullMarked
package io.lplb.cli.trace;

import org.jspecify.annotations.NullMarked;
