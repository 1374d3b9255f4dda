// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.results;

/**
 * Case that could not be measured in a run that went on.
 *
 * @param what benchmark with its parameters, or quality of a machine and load
 * @param reason what was thrown, in one line
 */
public record Missing(String what, String reason) {}
