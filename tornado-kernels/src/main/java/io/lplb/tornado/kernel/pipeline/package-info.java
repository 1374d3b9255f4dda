// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
/** Device code of the token pipeline: count, sum, quotas, route, and the shares of several sources. */
@NullMarked
package io.lplb.tornado.kernel.pipeline;

import org.jspecify.annotations.NullMarked;
