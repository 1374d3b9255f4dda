// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
/** Pipeline on a GPU from routed token ids to physical ids. */
@NullMarked
package io.lplb.tornado.pipeline;

import org.jspecify.annotations.NullMarked;
