// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cost;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Parser of short descriptions of a cost, see {@link ExpertCost#parse}. */
final class CostParser {
    private static final String TILES = "tiles:";

    private CostParser() {}

    static ExpertCost parse(String text) throws IOException {
        if (text.equals("tokens")) {
            return ExpertCost.tokens();
        }
        if (text.startsWith(TILES)) {
            return tiles(text);
        }
        if (ExpertCost.profileNames().contains(text)) {
            return ExpertCost.shippedProfile(text).fit();
        }
        Path file = Path.of(text);
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException("cost: got " + text
                    + ", expected tokens, tiles:TILE:US_PER_TILE:FIXED_US, one of " + ExpertCost.profileNames()
                    + " or a profile's file");
        }
        return ExpertCost.profile(file);
    }

    private static ExpertCost tiles(String text) {
        String[] part = text.split(":", -1);
        String message = "cost: got " + text + ", expected tiles:TILE:US_PER_TILE:FIXED_US such as tiles:256:30.4:31";
        if (part.length != 4) {
            throw new IllegalArgumentException(message);
        }
        int tile;
        double usPerTile;
        double fixedUs;
        try {
            tile = Integer.parseInt(part[1]);
            usPerTile = Double.parseDouble(part[2]);
            fixedUs = Double.parseDouble(part[3]);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(message, e);
        }
        return ExpertCost.tiles(tile, usPerTile, fixedUs);
    }
}
