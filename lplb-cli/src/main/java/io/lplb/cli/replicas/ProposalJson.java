// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli.replicas;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lplb.replica.HistoryPlacement;
import java.io.IOException;
import java.io.OutputStream;

/** Writes a proposed placement: {@code {"name", "phy2log", "log2phy", "meanImbalance"}}. */
final class ProposalJson {
    private ProposalJson() {}

    static void write(HistoryPlacement proposal, OutputStream out) throws IOException {
        JsonGenerator json = new ObjectMapper().createGenerator(out);
        json.writeStartObject();
        json.writeStringField("name", proposal.name());
        int[] phy2log = proposal.placement().phy2log();
        json.writeFieldName("phy2log");
        json.writeArray(phy2log, 0, phy2log.length);
        json.writeArrayFieldStart("log2phy");
        for (int[] slots : proposal.placement().log2phy()) {
            json.writeArray(slots, 0, slots.length);
        }
        json.writeEndArray();
        json.writeNumberField("meanImbalance", proposal.meanImbalance());
        json.writeEndObject();
        json.writeRaw('\n');
        json.flush();
    }
}
