// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * The fused kernels without TornadoVM: the PTX that it made of them at build time, launched through the driver of the
 * GPU. A JDK and an NVIDIA driver are enough.
 */
@NullMarked
package io.lplb.tornado.driver;

import org.jspecify.annotations.NullMarked;
