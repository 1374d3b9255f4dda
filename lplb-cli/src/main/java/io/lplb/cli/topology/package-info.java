// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
/** The command {@code lplb topology}. */
@NullMarked
package io.lplb.cli.topology;

import org.jspecify.annotations.NullMarked;
