// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
/** Build tool that compiles the kernels through TornadoVM and writes the shipped PTX with its fingerprints. */
@NullMarked
package io.lplb.tornado.export;

import org.jspecify.annotations.NullMarked;
