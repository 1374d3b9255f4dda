// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli.replicas;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lplb.replica.ReplicaPlan;
import io.lplb.replica.ReplicaSettings;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/** Result of a plan for one case. Immutable. */
final class CaseResult {
    private final List<long[]> replicas;
    private final long[] home;
    private final double identityMaxLoad;
    private final double meanLoad;
    private final double maxLoad;
    private final double lowerBound;
    private final String binding;
    private final int copies;
    private final double micros;

    private CaseResult(List<long[]> replicas, long[] home, ReplicaPlan plan, double micros) {
        this.replicas = replicas;
        this.home = home;
        identityMaxLoad = plan.identityMaxLoad();
        meanLoad = plan.meanLoad();
        maxLoad = plan.maxLoad();
        lowerBound = plan.lowerBound();
        binding = plan.binding().label();
        copies = plan.copies();
        this.micros = micros;
    }

    /**
     * Reads a plan.
     *
     * @param micros time of the plan in microseconds
     */
    static CaseResult of(ReplicaSettings settings, ReplicaPlan plan, double micros) {
        List<long[]> replicas = new ArrayList<>();
        long[] home = new long[settings.experts()];
        for (int e = 0; e < home.length; e++) {
            home[e] = plan.quota(plan.firstReplica(e));
            for (int k = plan.firstReplica(e) + 1; k < plan.firstReplica(e + 1); k++) {
                if (plan.quota(k) > 0) {
                    replicas.add(new long[] {e, plan.rankOf(plan.slot(k)), plan.quota(k)});
                }
            }
        }
        return new CaseResult(replicas, home, plan, micros);
    }

    int replicas() {
        return replicas.size();
    }

    int copies() {
        return copies;
    }

    double micros() {
        return micros;
    }

    double imbalance() {
        return meanLoad > 0 ? maxLoad / meanLoad : 1;
    }

    double imbalanceBefore() {
        return meanLoad > 0 ? identityMaxLoad / meanLoad : 1;
    }

    double relativeGap() {
        return lowerBound > 0 ? maxLoad / lowerBound - 1 : 0;
    }

    /** Writes {@code {"cases": [...]}}. */
    static void writeJson(List<CaseResult> results, OutputStream out) throws IOException {
        JsonGenerator json = new ObjectMapper().createGenerator(out);
        json.writeStartObject();
        json.writeArrayFieldStart("cases");
        for (CaseResult result : results) {
            result.write(json);
        }
        json.writeEndArray();
        json.writeEndObject();
        json.writeRaw('\n');
        json.flush();
    }

    private void write(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeArrayFieldStart("replicas");
        for (long[] replica : replicas) {
            json.writeArray(replica, 0, replica.length);
        }
        json.writeEndArray();
        json.writeFieldName("home");
        json.writeArray(home, 0, home.length);
        json.writeNumberField("maxLoad", maxLoad);
        json.writeNumberField("lowerBound", lowerBound);
        json.writeStringField("binding", binding);
        json.writeNumberField("micros", micros);
        json.writeEndObject();
    }
}
