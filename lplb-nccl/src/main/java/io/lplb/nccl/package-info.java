// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
/** Exchange of counts between GPUs over NCCL: binding, bootstrap, watchdog, failover to the host and failback. */
@NullMarked
package io.lplb.nccl;

import org.jspecify.annotations.NullMarked;
