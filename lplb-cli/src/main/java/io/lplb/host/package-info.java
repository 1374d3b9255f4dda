// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
/** The machine and the sources that figures come from. */
@NullMarked
package io.lplb.host;

import org.jspecify.annotations.NullMarked;
