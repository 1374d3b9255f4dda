// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
/** Policies of expert balancing, this library's and others', behind one interface. */
@NullMarked
package io.lplb.policy;

import org.jspecify.annotations.NullMarked;
