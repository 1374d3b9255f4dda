// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
/** Many ranks that replay together: what one rank does, and the processes of a whole group on this host. */
@NullMarked
package io.lplb.cluster;

import org.jspecify.annotations.NullMarked;
