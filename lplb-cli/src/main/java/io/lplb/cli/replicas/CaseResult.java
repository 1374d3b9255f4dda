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

/**
 * What a plan made of one case.
 *
 * @param replicas {@code [replicas][3]}: expert, rank, tokens
 * @param home {@code [experts]}, tokens kept on the home rank
 * @param identityMaxLoad largest load without replicas
 * @param meanLoad mean load
 * @param maxLoad largest load
 * @param lowerBound lower bound on the largest load of any choice
 * @param binding limit that gives the lower bound
 * @param copies weight copies
 * @param micros time of the plan in microseconds
 */
record CaseResult(
        long[][] replicas,
        long[] home,
        double identityMaxLoad,
        double meanLoad,
        double maxLoad,
        double lowerBound,
        String binding,
        int copies,
        double micros) {

    /** Reads a plan. */
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
        return new CaseResult(
                replicas.toArray(long[][]::new),
                home,
                plan.identityMaxLoad(),
                plan.meanLoad(),
                plan.maxLoad(),
                plan.lowerBound(),
                plan.binding().label(),
                plan.copies(),
                micros);
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
