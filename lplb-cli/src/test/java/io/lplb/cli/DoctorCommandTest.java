// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The command as a user calls it, on this machine. */
class DoctorCommandTest {
    private static final List<String> IDS = List.of(
            "java",
            "cpu",
            "jvm",
            "cpu-solve",
            "emulator-solve",
            "libcuda",
            "driver",
            "devices",
            "ptx",
            "gpu-driver-solve",
            "tornado-sdk",
            "tornado-flags",
            "gpu-tornado-solve",
            "nccl");

    @Test
    void tellsMachineAndChecks() {
        CliRun run = CliRun.of("doctor");
        assertEquals(0, run.exitCode(), run.out() + run.err());
        assertEquals("", run.err());
        assertTrue(run.out().contains(Runtime.version().toString()), run.out());
        assertTrue(run.out().contains(Runtime.getRuntime().availableProcessors() + " cores"), run.out());
        assertTrue(run.out().matches("(?s).*\\Rmemory +\\d+\\.\\d GiB, \\d+\\.\\d GiB for the heap\\R.*"), run.out());
        assertTrue(run.out().matches("(?s).*\\R  passed +cpu-solve +Solve on the CPU: interior-point .*"), run.out());
        for (String id : IDS) {
            assertTrue(
                    run.out().matches("(?s).*\\R  (passed|failed|not reached) +" + id + " .*"),
                    id + " in " + run.out());
        }
        assertTrue(run.out().matches("(?s).*\\Rworks +cpu, .*"), run.out());
    }

    /** The names of fields, ids and states are what programs rely on. */
    @Test
    void jsonHasTheFieldsThatProgramsReadAndAnExitCodeForWhatIsRequired() throws Exception {
        CliRun run = CliRun.of("doctor", "--json", "--require", "gpu");
        JsonNode json = new ObjectMapper().readTree(run.out());
        List<String> fields = new ArrayList<>();
        json.fieldNames().forEachRemaining(fields::add);
        assertEquals(List.of("facts", "checks", "works", "exitCode"), fields);
        List<String> facts = new ArrayList<>();
        json.get("facts").fieldNames().forEachRemaining(facts::add);
        assertEquals(List.of("lplb", "java", "system", "processor", "memory"), facts);
        List<String> ids = new ArrayList<>();
        for (JsonNode check : json.get("checks")) {
            List<String> names = new ArrayList<>();
            check.fieldNames().forEachRemaining(names::add);
            assertEquals(List.of("id", "title", "state", "reason", "remedy"), names);
            assertTrue(List.of("PASSED", "FAILED", "NOT_REACHED")
                    .contains(check.get("state").asText()));
            assertEquals(1, check.get("reason").asText().lines().count(), check.toString());
            assertTrue(
                    !check.get("state").asText().equals("FAILED")
                            || !check.get("remedy").asText().isEmpty(),
                    check.toString());
            ids.add(check.get("id").asText());
        }
        assertEquals(IDS, ids);
        List<String> works = new ArrayList<>();
        json.get("works").forEach(name -> works.add(name.asText()));
        assertTrue(works.contains("cpu"), run.out());
        assertEquals(works.contains("gpu") ? 0 : 1, run.exitCode(), run.out());
        assertEquals(run.exitCode(), json.get("exitCode").asInt());
    }

    @Test
    void refusesWhatCannotBeRequired() {
        CliRun run = CliRun.of("doctor", "--require", "tpu");
        assertEquals(2, run.exitCode());
        assertTrue(run.err().contains("require: got tpu, expected one of cpu, emulator, gpu"), run.err());
        assertEquals(2, CliRun.of("doctor", "--timeout", "0").exitCode());
    }
}
