// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.report;

import com.fasterxml.jackson.databind.JsonNode;
import io.lplb.trace.FormatException;
import io.lplb.trace.Printable;
import java.util.ArrayList;
import java.util.List;

/**
 * A place in a file of JSON: the value with the way that leads to it, for errors that name both.
 *
 * @param node the value; missing if there is none
 * @param path file and fields, such as {@code results.json, element 3, primaryMetric.score}
 */
record JsonField(JsonNode node, String path) {
    private static final String NO_NUMBER = "NaN";

    JsonField field(String name) {
        String separator = path.endsWith(")") || path.contains(", element") ? "." : ", ";
        boolean first = path.matches(".*, element \\d+");
        return new JsonField(node.path(name), path + (first ? ", " : separator) + name);
    }

    JsonField element(int index) {
        return new JsonField(node.path(index), path + "[" + index + "]");
    }

    boolean isMissing() {
        return node.isMissingNode() || node.isNull();
    }

    List<JsonField> elements() throws FormatException {
        if (!node.isArray()) {
            throw unexpected("an array");
        }
        List<JsonField> elements = new ArrayList<>();
        for (int k = 0; k < node.size(); k++) {
            elements.add(element(k));
        }
        return elements;
    }

    /** A text; missing is empty. */
    String text() throws FormatException {
        if (isMissing()) {
            return "";
        }
        if (!node.isValueNode()) {
            throw unexpected("a text");
        }
        return node.asText();
    }

    String requiredText() throws FormatException {
        String text = text();
        if (text.isEmpty()) {
            throw unexpected("a text");
        }
        return text;
    }

    /** A number; missing and null are NaN, and so is JMH's text NaN. */
    double number() throws FormatException {
        if (isMissing() || node.asText().equals(NO_NUMBER)) {
            return Double.NaN;
        }
        return requiredNumber();
    }

    double requiredNumber() throws FormatException {
        if (!node.isNumber() || !Double.isFinite(node.doubleValue())) {
            throw unexpected("a number");
        }
        return node.doubleValue();
    }

    double positiveNumber() throws FormatException {
        double number = requiredNumber();
        if (!(number > 0)) {
            throw unexpected("a positive number");
        }
        return number;
    }

    FormatException unexpected(String expected) {
        String got = node.isMissingNode() ? "nothing" : Printable.oneLine(node.toString());
        return new FormatException(path + ": got " + got + ", expected " + expected);
    }
}
