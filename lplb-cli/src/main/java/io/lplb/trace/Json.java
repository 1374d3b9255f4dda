// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;

/** Shared parts of the readers of JSON: one strict factory (no key twice, no NaN) and errors in this project's form. */
final class Json {
    static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private Json() {}

    /** The error for JSON that the parser refused; {@code place} is how to name the position. */
    static FormatException malformed(IOException e) {
        if (!(e instanceof JsonProcessingException json)) {
            return new FormatException("not JSON: " + Printable.oneLine(String.valueOf(e.getMessage())), e);
        }
        String where = json.getLocation() == null
                ? ""
                : " (column " + json.getLocation().getColumnNr() + ")";
        return new FormatException("not JSON: " + Printable.oneLine(json.getOriginalMessage()) + where, e);
    }

    /** The error for a value that JSON allows and the format does not; shows the parser's current token. */
    static FormatException unexpected(JsonParser parser, String what, String expected) throws IOException {
        return new FormatException(what + ": got " + describe(parser) + ", expected " + expected);
    }

    static void require(JsonParser parser, JsonToken token, String what, String expected) throws IOException {
        if (parser.currentToken() != token) {
            throw unexpected(parser, what, expected);
        }
    }

    /** Demands that nothing but white space follows the value just read. */
    static void requireEnd(JsonParser parser) throws IOException {
        if (parser.nextToken() != null) {
            throw unexpected(parser, "after the object", "its end");
        }
    }

    private static String describe(JsonParser parser) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == null) {
            return "the end";
        }
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case END_OBJECT, END_ARRAY -> "the end of it";
            case VALUE_STRING -> Printable.quoted(parser.getText());
            default -> Printable.oneLine(parser.getText());
        };
    }
}
