// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.cli;

/**
 * Whether a backend can be used on this machine.
 *
 * @param name what {@code --backend} calls it
 * @param available whether it can be used
 * @param detail what it is if it can be used, otherwise the reasons why not
 */
record BackendStatus(String name, boolean available, String detail) {}
