// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
/** Commands that replay traces against policies. */
@NullMarked
package io.lplb.cli.referee;

import org.jspecify.annotations.NullMarked;
