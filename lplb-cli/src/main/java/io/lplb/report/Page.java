// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.report;

import io.lplb.report.chart.Markup;
import io.lplb.report.chart.SeriesMarker;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * One self-contained page: style sheet and pictures are in it, it runs no script and loads nothing, which its
 * content-security policy makes the browser enforce.
 *
 * <p>Not thread-safe.
 */
final class Page {
    private static final String STYLES = "report.css";

    private final Markup body = new Markup();
    private final String title;

    Page(String title) {
        this.title = title;
    }

    /** Returns the content, to be added to. */
    Markup body() {
        return body;
    }

    /** Adds the title and one sentence under it. */
    void head(String subtitle) {
        body.open("header")
                .element("h1", title)
                .element("p", subtitle, "class", "lead")
                .close();
    }

    /** Adds the few numbers that matter most. */
    void figures(List<KeyFigure> figures) {
        body.open("dl", "class", "key");
        for (KeyFigure figure : figures) {
            body.open("div");
            body.element("dt", figure.name());
            body.open("dd").element("strong", figure.value());
            body.element("span", figure.explanation()).close();
            body.close();
        }
        body.close();
    }

    /**
     * A number that matters.
     *
     * @param name what it is
     * @param value the number with its unit
     * @param explanation of what and when
     */
    record KeyFigure(String name, String value, String explanation) {}

    /** Adds a table that scrolls by itself where it is wider than the page; all columns but the first hold numbers. */
    void table(String caption, List<String> titles, List<List<String>> rows) {
        body.element("p", caption, "class", "note");
        body.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", caption);
        body.open("table", "aria-label", caption).open("thead").open("tr");
        titles.forEach(name -> body.element("th", name, "scope", "col"));
        body.close().close().open("tbody");
        for (List<String> row : rows) {
            body.open("tr").element("th", row.get(0), "scope", "row");
            row.subList(1, row.size()).forEach(cell -> body.element("td", cell));
            body.close();
        }
        body.close().close().close();
    }

    /** Begins a row of pictures: side by side where there is room. */
    void beginFigures() {
        body.open("div", "class", "pair");
    }

    /** Ends a row of pictures. */
    void endFigures() {
        body.close();
    }

    /** Adds a picture with a heading above and words below it. */
    void figure(String heading, String svg, String caption) {
        body.open("figure")
                .element("h3", heading)
                .raw(svg)
                .element("figcaption", caption)
                .close();
    }

    /** Adds the names of series, each beside a piece of its line; from CSS classes to a name. */
    void legend(Map<String, String> names) {
        legend(names, false);
    }

    /** Adds the names of series, each beside its line and its marker; from CSS classes to a name. */
    void legendWithMarkers(Map<String, String> names) {
        legend(names, true);
    }

    private void legend(Map<String, String> names, boolean markers) {
        body.open("ul", "class", "legend");
        names.forEach((classes, name) -> {
            body.open("li");
            body.open("svg", "class", "sample", "viewBox", "0 0 36 10", "aria-hidden", "true");
            body.empty("path", "class", "line " + classes, "d", "M1 5H35");
            if (markers) {
                body.empty("path", "class", "area " + classes, "d", SeriesMarker.path(classes));
            }
            body.close().text(name).close();
        });
        body.close();
    }

    /** Adds the names of levels, each under its colour, in a row without gaps; from a CSS class to a name. */
    void levels(String label, Map<String, String> names) {
        body.open("ul", "class", "legend levels", "aria-label", label);
        names.forEach((cssClass, name) -> body.open("li")
                .element("span", "", "class", "swatch " + cssClass)
                .text(name)
                .close());
        body.close();
    }

    /** Adds where the figures come from, as a list under a line. */
    void provenance(Provenance provenance) {
        entries("provenance", provenance);
    }

    /** Adds where the figures come from, in few lines, for the head of the page. */
    void origin(Provenance provenance) {
        entries("origin", provenance);
    }

    private void entries(String cssClass, Provenance provenance) {
        body.open("dl", "class", cssClass);
        provenance
                .entries()
                .forEach((name, value) -> body.open("div")
                        .element("dt", name)
                        .element("dd", value)
                        .close());
        body.close();
    }

    /** Writes the page in UTF-8; the stream stays open. */
    void write(OutputStream out) throws IOException {
        Markup page = new Markup()
                .open("html", "lang", "en", "xmlns", "http://www.w3.org/1999/xhtml")
                .open("head")
                .empty("meta", "charset", "utf-8")
                .empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1")
                .empty("meta", "name", "color-scheme", "content", "light dark")
                .empty(
                        "meta",
                        "http-equiv",
                        "Content-Security-Policy",
                        "content",
                        "default-src 'none'; style-src 'unsafe-inline'; img-src data:")
                .empty("link", "rel", "icon", "href", "data:,")
                .element("title", title)
                .open("style")
                .raw(styles())
                .close()
                .close()
                .open("body")
                .open("main")
                .raw(body.toString())
                .close()
                .close()
                .close();
        out.write("<!DOCTYPE html>\n".getBytes(StandardCharsets.UTF_8));
        out.write(page.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static String styles() throws IOException {
        try (InputStream in = Page.class.getResourceAsStream(STYLES)) {
            if (in == null) {
                throw new IOException(STYLES + ": got no such resource, expected it beside " + Page.class.getName());
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
