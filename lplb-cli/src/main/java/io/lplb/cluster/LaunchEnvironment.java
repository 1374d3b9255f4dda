// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cluster;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The variables by which torchrun and others tell a process its place in a group: RANK, WORLD_SIZE, MASTER_ADDR, MASTER_PORT.
 *
 * <p>Immutable.
 */
public final class LaunchEnvironment {
    private static final String SLURM = " (Slurm: export RANK=$SLURM_PROCID WORLD_SIZE=$SLURM_NTASKS in each task)";

    private final Map<String, String> variables;

    /** The variables of an environment, as of {@link System#getenv()}. */
    public LaunchEnvironment(Map<String, String> variables) {
        this.variables = Map.copyOf(variables);
    }

    /** Returns this rank, of an option or of RANK. */
    public int rank(@Nullable Integer option) {
        return option != null ? option : number("RANK", "--rank", SLURM);
    }

    /** Returns the number of ranks, null if WORLD_SIZE is not set. */
    public @Nullable Integer worldSize() {
        return variables.containsKey("WORLD_SIZE") ? number("WORLD_SIZE", "--ranks", SLURM) : null;
    }

    /** Returns whether MASTER_ADDR or MASTER_PORT is set. */
    public boolean hasMaster() {
        return variables.containsKey("MASTER_ADDR") || variables.containsKey("MASTER_PORT");
    }

    /**
     * Returns {@code host:port} of the rendezvous, of an option or of MASTER_ADDR and MASTER_PORT.
     *
     * @throws IllegalArgumentException if there is none, naming what is missing
     */
    public String rendezvous(@Nullable String option) {
        if (option != null) {
            if (!option.matches("[^ ]+:[0-9]{1,5}")) {
                throw new IllegalArgumentException("rendezvous: got '" + option + "', expected host:port");
            }
            return option;
        }
        String host = variables.get("MASTER_ADDR");
        if (host == null || host.isBlank()) {
            throw new IllegalArgumentException(
                    "rendezvous: got no MASTER_ADDR in the environment, expected it beside MASTER_PORT, or --rendezvous");
        }
        return host + ":" + number("MASTER_PORT", "--rendezvous", "");
    }

    private int number(String variable, String option, String hint) {
        String text = variables.get(variable);
        if (text == null || text.isBlank()) {
            throw new IllegalArgumentException(
                    option + ": got none, and no " + variable + " in the environment, expected one of both" + hint);
        }
        if (!text.matches("[0-9]{1,6}")) {
            throw new IllegalArgumentException(variable + ": got '" + text + "', expected a number");
        }
        return Integer.parseInt(text);
    }
}
