// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
/** {@code lplb doctor}: what works on this machine, step by step, and what to do about what does not. */
@NullMarked
package io.lplb.doctor;

import org.jspecify.annotations.NullMarked;
