// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import java.util.concurrent.Callable;

/**
 * Subcommand of {@code lplb} that another module adds: a picocli command, found by {@link java.util.ServiceLoader}. It returns the
 * exit code, and reads its parent by {@code @ParentCommand Lplb}.
 */
public interface CliCommand extends Callable<Integer> {}
