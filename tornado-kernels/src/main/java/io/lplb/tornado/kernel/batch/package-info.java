// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
/** Device code that packs and certifies a problem batch. */
@NullMarked
package io.lplb.tornado.kernel.batch;

import org.jspecify.annotations.NullMarked;
