// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
/** TornadoVM as an engine: task graphs and execution plans. */
@NullMarked
package io.lplb.tornado.engine.tornado;

import org.jspecify.annotations.NullMarked;
